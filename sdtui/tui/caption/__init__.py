"""One caption: its facts, its text, its editor and its count, as the Dataset and Review screens show it."""
