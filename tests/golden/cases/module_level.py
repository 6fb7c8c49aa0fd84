#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""A script."""

from __future__ import annotations

import sys
from urllib.request import urlopen

for url in sys.argv[1:]:
    print(urlopen(url).read())
# --- readable
#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""A script."""

from __future__ import annotations

import sys
from urllib.request import urlopen
import xcs_ast as xcs

for url, ahead in xcs.run_ahead(lambda url: urlopen(url).read(), sys.argv[1:]):
    print(ahead())
# --- guarded
#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""A script."""

from __future__ import annotations

import sys
from urllib.request import urlopen

try:
    _xcs_site_0.enter_module(lambda url, *_xcs_slice: urlopen(url).read(), sys.argv[1:])
    for url in _xcs_site_0:
        print(_xcs_site_0.ahead(0))
    else:
        for url in _xcs_site_0.rest():
            print(urlopen(url).read())
except:
    _xcs_site_0.trim()
    raise
# --- left alone
