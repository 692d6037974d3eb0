"""The Engram Neural Network (ENN): a recurrent network with a Hebbian memory, in torch.

`config` says what a network is made of; `cell` computes it, by the plain loops of `recurrence` or
faster where `fused` or `kernels` can. Reference: Szelogowski 2025, arXiv:2507.21474.
"""
