"""Scale, choose and score: functions of numbers that know neither files nor corpora."""
