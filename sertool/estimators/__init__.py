"""Estimators: one file each, a function `estimator(*, random_state=None, <parameters>)`.

It returns an unfitted scikit-learn classifier and knows nothing of speech: rows of numbers come
in, labels and a probability or a score per label go out. The defaults were tuned on emotional
speech, with speakers that training never saw (`benchmarks/tune.toml`).
"""
