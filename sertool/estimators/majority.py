"""The chance line: always the emotion that is most frequent in training."""

from __future__ import annotations

from sklearn.dummy import DummyClassifier

from sertool.estimators import Estimator


def majority(*, random_state: int | None = None) -> DummyClassifier:
    """An unfitted classifier whose UAR is 1 / the number of emotions, whatever the features.

    Args:
        random_state: accepted like everywhere; nothing here is random.

    >>> majority().fit([[0], [1], [2]], ["sad", "happy", "sad"]).predict([[1]]).tolist()
    ['sad']
    """
    return DummyClassifier(strategy="most_frequent", random_state=random_state)


estimator = Estimator(majority, types=("sklearn.dummy.DummyClassifier",))
