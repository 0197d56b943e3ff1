"""Estimators: one file each, a function `estimator(*, random_state=None, <parameters>)`.

It returns an unfitted scikit-learn classifier and knows nothing of speech: rows of numbers come
in, labels and a probability or a score per label go out. The defaults were chosen by the UAR
on new speakers of EmoDB and CREMA-D, whose figures flatter them a little; a search that the test
speakers have no part in is `benchmarks/tune.toml`.
"""
