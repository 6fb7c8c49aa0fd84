class Panel:
    """Many judges."""

    def __init__(self, judges):
        self.judges = judges

    def vote(self, text):
        votes = []
        for judge in self.judges:
            votes.append(judge.score(text))
        return votes

    @property
    def names(self):
        return [judge.name() for judge in self.judges]
# --- readable
import xcs_ast as xcs

class Panel:
    """Many judges."""

    def __init__(self, judges):
        self.judges = judges

    def vote(self, text):
        votes = []
        for judge, ahead in xcs.run_ahead(lambda judge: judge.score(text), self.judges):
            votes.append(ahead())
        return votes

    @property
    def names(self):
        return [ahead() for judge, ahead in xcs.run_ahead(lambda judge: judge.name(), self.judges)]
# --- guarded
class Panel:
    """Many judges."""

    def __init__(self, judges):
        self.judges = judges

    def vote(self, text):
        votes = []
        try:
            _xcs_h0 = _xcs_site_0.enter(lambda judge, *_xcs_slice: judge.score(text), self.judges, (votes, text)) if _xcs_site_0.worthwhile() else None
            for judge in _xcs_h0 or ():
                votes.append(_xcs_h0.ahead(0))
            else:
                for judge in (self.judges if _xcs_h0 is None else _xcs_h0.rest()):
                    votes.append(judge.score(text))
        except:
            _xcs_site_0.trim()
            raise
        return votes

    @property
    def names(self):
        try:
            return ([_xcs_h1.ahead(0) for judge in _xcs_h1] if (_xcs_h1 := _xcs_site_1.enter(lambda judge, *_xcs_slice_listcomp: judge.name(), self.judges, ()) if _xcs_site_1.worthwhile() else None) else [judge.name() for judge in (self.judges if _xcs_h1 is None else _xcs_h1.rest())])
        except:
            _xcs_site_1.trim()
            raise
# --- left alone
