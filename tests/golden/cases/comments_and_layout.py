def f( xs ):

    # What is it?
    for x in   xs :   # trailing
        # Inside.
        print( g(  x ),   # one
               g(
                   x, 2)  # two
             )

    # After.
    return  xs
# --- readable
import xcs_ast as xcs

def f( xs ):

    def for_each_x(x):
        yield g(  x )
        yield (g(
                       x, 2))

    # What is it?
    for x, ahead in   xcs.run_ahead(for_each_x, xs) :   # trailing
        # Inside.
        print( ahead.g(),   # one
               ahead.g_2()  # two
             )

    # After.
    return  xs
# --- guarded
def f( xs ):

    # What is it?
    try:
        if _xcs_site_0.worthwhile():
            def _xcs_slice_0(x):
                yield 0, g(  x )
                yield 1, (g(
                               x, 2))
            _xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, xs, ())
        else:
            _xcs_h0 = None
        for x in   _xcs_h0 or () :   # trailing
            # Inside.
            print( _xcs_h0.ahead(0),   # one
                   _xcs_h0.ahead(1)  # two
                 )
        else:
            _xcs_w1 = _xcs_site_1.worthwhile()
            for x in   (xs if _xcs_h0 is None else _xcs_h0.rest()) :   # trailing
                try:
                    _xcs_h1 = _xcs_site_1.block((lambda *_xcs_slice: g(x, 2),), (x,)) if _xcs_w1 and _xcs_site_1.worthwhile() else None
                    if _xcs_h1:
                        # Inside.
                        print( g(  x ),   # one
                               _xcs_h1.ahead(0)  # two
                             )
                    else:
                        # Inside.
                        print( g(  x ),   # one
                               g(
                                   x, 2)  # two
                             )
                except:
                    _xcs_site_1.trim()
                    raise
    except:
        _xcs_site_0.trim()
        raise

    # After.
    return  xs
# --- left alone
