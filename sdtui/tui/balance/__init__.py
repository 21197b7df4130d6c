"""The Balance screen: how often each subset is seen, and how long a training that makes."""
