"""The tags of a dataset: how often, beside which others, and renamed, merged or deleted everywhere."""
