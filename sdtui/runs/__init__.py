"""Floor 5: a training run: launched, supervised, recorded, followed.

``setup`` makes a run of a project and its settings; ``launch`` starts it; ``supervising`` owns it while it lives;
``record`` and ``store`` are what it is on disk, ``live`` whether it lives; ``following`` reads what it says of itself,
with ``log`` for its console and ``others`` for runs that sdtui did not start; ``queueing`` lets it wait for a card;
``again`` goes on with it or starts it once more; ``past`` notes, compares and deletes; ``rehearsing`` tries it before.
"""
