"""The encoder of a Whisper speech model, layer by layer, on sound of any length.

`logmel` turns samples into frames of 10 ms, `stem` two of them into one, and each layer takes them
a step further by `attention` and `feedforward` (`steps`). `pooling` makes one row of them. Nothing
is padded to the 30 s that the model was trained on: a clip takes as many positions as it is long.

Source: Radford, A., Kim, J. W., Xu, T., Brockman, G., McLeavey, C. and Sutskever, I. (2022).
Robust speech recognition via large-scale weak supervision. arXiv:2212.04356.
"""
