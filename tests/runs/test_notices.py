"""A person who looks at no screen is told: that a run ended, that its loss is no number, that it hangs."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from sdtui.base.settings import UserSettings, save_setting
from sdtui.machine.gpu import Gpu
from sdtui.runs import store
from sdtui.runs.record import RunState, RunView
from sdtui.runs.supervising import notify
from sdtui.runs.supervising.attendant import Attendant
from sdtui.runs.supervising.machine_log import MachineLog
from sdtui.runs.supervising.notices import Kind, News, Notice, Record
from sdtui.runs.supervising.stop import request_stop
from tests.runs.conftest import RunLab

WRITE = 'printf "%s|%s|%s\\n" "$SDTUI_EVENT" "$SDTUI_NAME" "$SDTUI_TEXT" >> told.txt; cat > told.json'


def view(state: RunState = RunState.TRAINING, **changes: object) -> RunView:
    plain = RunView(
        id="20261121-214502-circle",
        name="circle",
        state=state,
        reason=None,
        step=10,
        total_steps=10,
        epoch=1,
        epochs=1,
        loss=None,
        avr_loss=0.08123,
        lr=None,
        it_per_s=None,
        eta_s=None,
        started=1000.0,
        ended=4600.0 if state.ended else None,
        exit_code=None,
        checkpoints=(),
        samples=(),
        warnings=(),
    )
    return msgspec.structs.replace(plain, **changes)


def folder_of(lab: RunLab, run_id: str) -> Path:
    return lab.home / "runs" / run_id


def test_an_end_is_told_to_the_command_without_a_screen(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    save_setting("notice_command", f"cd {lab.root} && {WRITE}")
    run = lab.ended("header=10", "steps=1-4-10", "fail=CUDA out of memory")
    event, name, text = (lab.root / "told.txt").read_text().strip().split("|")
    assert (event, name) == ("failed", "circle")
    assert text.startswith("circle failed: The graphics card ran out of memory (step 4 of 10). Use a batch size of 1")
    document = json.loads((lab.root / "told.json").read_text())
    assert (document["event"], document["state"], document["step"], document["run"]) == ("failed", "failed", 4, run.id)
    assert document["text"] == document["content"] == text
    (told,) = Record(folder_of(lab, run.id)).lines()
    assert (told.kind, told.problems) == (Kind.FAILED, ())


def test_what_a_person_stopped_is_no_news(lab: RunLab) -> None:
    save_setting("notice_command", f"cd {lab.root} && {WRITE}")
    lab.fifo("there")
    lab.fifo("go")
    run = lab.launch("header=10", "tell=there", "wait=go")
    lab.meet("there")
    request_stop(lab.home, run.id)
    assert lab.wait(run).state is RunState.STOPPED
    assert not (lab.root / "told.txt").exists()


def test_a_notice_that_failed_is_told_once_and_its_secret_never(lab: RunLab) -> None:
    save_setting("notice_webhook", "http://127.0.0.1:9/services/T0KEN/s3cret")
    save_setting("notice_command", "exit 7")
    run = lab.ended("train=4", f"file={lab.root}/model/circle.safetensors", "saved")
    assert run.state is RunState.DONE
    from sdtui.runs.following.follow import Follower

    seen = Follower(lab.home, store.load(lab.home, run.id)).poll()
    assert seen.warnings == (
        "The notice command ended with status 7. Try it with `sdtui runs notify --test`.",
        "The notice could not be sent to 127.0.0.1: Connection refused.",
    )
    for file in folder_of(lab, run.id).iterdir():
        if file.is_file():
            assert b"s3cret" not in file.read_bytes()


@pytest.mark.parametrize(
    ("chosen", "state", "says"),
    [
        ("stop", RunState.STOPPED, "Stopped by itself at step 4, because the loss is not a number since step 3"),
        ("pause", RunState.TRAINING, "It is paused"),
        ("tell", RunState.TRAINING, "The loss is not a number since step 3."),
    ],
)
def test_a_loss_that_is_no_number_stops_or_holds_the_run_as_chosen(
    chosen: str, state: RunState, says: str, lab: RunLab
) -> None:
    save_setting("on_nan", chosen)
    lab.fifo("there")
    lab.fifo("go")
    record = lab.launch("header=10", "steps=1-2-10", "nan=3-4-10", "tell=there", "wait=go")
    lab.meet("there")
    attendant = Attendant(folder_of(lab, record.id), gpus=lambda: ())
    assert attendant.look()
    if chosen == "stop":
        seen = lab.wait(record)
        assert not attendant.look()
    else:
        seen = paused_or_not(lab, record.id, paused=chosen == "pause")
    assert seen.state is state
    assert any(text.startswith(says) for text in (seen.reason or "", *seen.warnings))
    assert seen.paused == (chosen == "pause")
    kinds = [line.kind for line in Record(folder_of(lab, record.id)).lines()]
    assert kinds == ([Kind.NAN, Kind.STOPPED] if chosen == "stop" else [Kind.NAN])
    if chosen == "pause":
        assert Attendant(folder_of(lab, record.id), gpus=lambda: ()).look()  # another one: it knows what was done
        request_stop(lab.home, record.id)
        assert lab.wait(record).state is RunState.STOPPED  # one that is held hears it too


def paused_or_not(lab: RunLab, run_id: str, *, paused: bool) -> RunView:
    from sdtui.runs.following.follow import Follower

    follower = Follower(lab.home, store.load(lab.home, run_id))
    while (seen := follower.poll()).paused != paused:
        continue
    return seen


def test_each_thing_is_told_once_and_a_hang_again_after_it_went_on() -> None:
    news = News()
    hang = view(silent_s=700.0, warnings=("No new line for 12 minutes: it may hang.",))
    assert news.see(view()) == ()
    assert [notice.kind for notice in news.see(hang)] == [Kind.HANG]
    assert news.see(hang) == ()
    assert news.see(view()) == ()
    assert [notice.text for notice in news.see(hang)] == ["circle: No new line for 12 minutes: it may hang."]
    assert [notice.kind for notice in news.see(view(), disk_left=1800.0)] == [Kind.DISK]
    done = news.see(view(RunState.DONE))
    assert [notice.text for notice in done] == ["circle is done: 10 steps in 1 h 00 m, average loss 0.08123."]
    assert news.see(view(RunState.DONE)) == ()
    assert News([Kind.DONE]).see(view(RunState.DONE)) == ()


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("Stopped as you asked at step 4 of 10.", False),
        ("It was taken out of the queue.", False),
        ("Ended from outside (SIGTERM) at step 4 of 10, not by sdtui.", True),
        ("Stopped by itself at step 4, because ...", True),
        (None, False),
    ],
)
def test_a_stop_is_news_only_where_the_person_did_not_ask_for_it(reason: str | None, told: bool) -> None:
    assert bool(News().see(view(RunState.STOPPED, reason=reason))) is told


def test_a_name_cannot_steer_the_terminal_or_the_shell(tmp_path: Path) -> None:
    (notice,) = News().see(view(RunState.DONE, name="a\x1b]0;x\x07`touch owned`$(touch owned)"))
    assert "\x1b" not in notice.text
    assert notify.run_command(f"cd {tmp_path} && {WRITE}", notice, None, tmp_path) is None
    assert not (tmp_path / "owned").exists() and "touch owned" in (tmp_path / "told.txt").read_text()


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "COMMAND_SECONDS", 0.2)
    problem = notify.run_command("sleep 60 & sleep 60", Notice(Kind.TEST, "", "", "hello"), None, tmp_path)
    assert problem == "The notice command did not end within 0 s, and was ended."


class Hook(http.server.BaseHTTPRequestHandler):
    got: list[dict[str, object]]
    answers: list[int]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.answers.pop(0))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def hook() -> Iterator[tuple[str, type[Hook]]]:
    handler = type("OneHook", (Hook,), {"got": [], "answers": [200]})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/s3cret", handler
        server.shutdown()


def test_a_webhook_gets_the_run_and_one_that_stumbles_is_asked_again(
    hook: tuple[str, type[Hook]], tmp_path: Path
) -> None:
    url, handler = hook
    handler.answers = [503, 200, 404]
    (notice,) = News().see(view(RunState.DONE))
    assert notify.deliver(notice, view(RunState.DONE), tmp_path, UserSettings(notice_webhook=url)) == ()
    assert handler.got[1]["event"] == "done" and handler.got[1]["total_steps"] == 10
    problem = notify.post(url, notice, None, tmp_path)
    assert problem == "The notice could not be sent to 127.0.0.1: it answered 404."


@pytest.mark.parametrize("url", ["ftp://x/y", "file:///etc/passwd", "nonsense", "http://", "http://[::1"])
def test_a_webhook_that_is_no_address_is_said(url: str, tmp_path: Path) -> None:
    problem = notify.post(url, Notice(Kind.TEST, "", "", "hello"), None, tmp_path)
    assert problem is not None and "is no http:// or https:// address" in problem


def test_the_attendant_keeps_a_history_of_the_machine(lab: RunLab) -> None:
    lab.fifo("there")
    lab.fifo("go")
    record = lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", "saved")
    lab.meet("there")
    card = Gpu(0, "RTX", 98, 1 << 30, 24 << 30, 71, 340.0, 450.0, ("heat",))
    now = [1000.0]
    attendant = Attendant(folder_of(lab, record.id), gpus=lambda: (card,), clock=lambda: now[0])
    for _ in range(20):
        assert attendant.look()
        now[0] += 5.0
    lab.release("go")
    lab.wait(record)
    assert not attendant.look()
    log = MachineLog(folder_of(lab, record.id))
    readings = log.read_new()
    assert [reading.at for reading in readings] == [1000.0, 1030.0, 1060.0, 1090.0]
    assert readings[0].gpus == (replace(card, processes=None),)
    assert readings[0].own_memory and readings[0].disk_free and readings[1].own_cpu is not None
    with (folder_of(lab, record.id) / "machine.jsonl").open("ab") as file:
        file.write(b"\xff{nonsense\n" + b'{"at": 1, half')
    assert len(log.read_new()) == len(MachineLog(folder_of(lab, record.id)).read_new()) == 4
