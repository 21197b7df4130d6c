"""The Checks screen, and the checks that go on in the background."""
