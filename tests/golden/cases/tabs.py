def f(xs):
	out = []
	for x in xs:
		if keep(x):
			out.append(g(x))
	return out
# --- readable
import xcs_ast as xcs

def f(xs):
	out = []

	def for_each_x(x):
		condition = bool(keep(x))
		yield condition
		if condition:
			yield g(x)

	for x, ahead in xcs.run_ahead(for_each_x, xs):
		if ahead.condition():
			out.append(ahead.g())
	return out
# --- guarded
def f(xs):
	out = []
	try:
		if _xcs_site_0.worthwhile():
			def _xcs_slice_0(x):
				_xcs_c0 = not not (keep(x))
				yield 0, _xcs_c0
				if _xcs_c0:
					yield 1, g(x)
			_xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, xs, (out,))
		else:
			_xcs_h0 = None
		for x in _xcs_h0 or ():
			if _xcs_h0.ahead(0):
				out.append(_xcs_h0.ahead(1))
		else:
			for x in (xs if _xcs_h0 is None else _xcs_h0.rest()):
				if keep(x):
					out.append(g(x))
	except:
		_xcs_site_0.trim()
		raise
	return out
# --- left alone
