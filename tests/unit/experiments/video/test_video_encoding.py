"""MP4 files: what comes out is what went in, and browsers can play it."""

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from envs.errors import UserError
from experiments.video.encode import write_mp4


def bars(level):
    """Eight wide bars of strong colours with a grey step that tells the frames apart."""
    frame = np.zeros((64, 128, 3), np.uint8)
    colours = ((230, 20, 20), (20, 200, 20), (20, 20, 220), (240, 240, 240))
    for k, colour in enumerate(colours):
        frame[:, 32 * k : 32 * k + 32] = colour
    frame[:32] = level
    return frame


def read(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [
            frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709).to_ndarray()
            for frame in container.decode(stream)
        ]
        context = stream.codec_context
        facts = {
            "codec": context.name,
            "pix_fmt": context.pix_fmt,
            "size": (context.width, context.height),
            "fps": stream.average_rate,
            "seconds": float(container.duration / av.time_base),
            "colorspace": context.colorspace,
            "title": container.metadata["title"],
        }
    return frames, facts


def test_frames_come_back(tmp_path):
    path = tmp_path / "a.mp4"
    levels = list(range(40, 220, 6))
    assert write_mp4(path, (bars(v) for v in levels), 15, title="keep, brake") == 30
    frames, facts = read(path)
    assert facts == {
        "codec": "h264",
        "pix_fmt": "yuv420p",
        "size": (128, 64),
        "fps": 15,
        "seconds": pytest.approx(2.0),
        "colorspace": Colorspace.ITU709,
        "title": "keep, brake",
    }
    assert len(frames) == 30
    for frame, level in zip(frames, levels, strict=True):
        assert abs(float(frame[4:28].mean()) - level) < 3.0
        # strong colours in the middle of their bars, where chroma is not mixed with the neighbour's
        for k in range(4):
            found = frame[44:60, 32 * k + 8 : 32 * k + 24].mean(axis=(0, 1))
            np.testing.assert_allclose(found, bars(0)[50, 32 * k + 16], atol=8.0)


def test_index_stands_before_the_pictures(tmp_path):
    path = tmp_path / "a.mp4"
    write_mp4(path, [bars(10), bars(20)], 15)
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([], "at least one frame"),
        ([np.zeros((64, 127, 3), np.uint8)], "even numbers"),
        ([bars(10), np.zeros((64, 128, 3), np.uint8)], "a frame is blank"),
        ([bars(10), bars(10)[:62]], r"shape \(62, 128, 3\), expected \(64, 128, 3\)"),
    ],
)
def test_bad_frames_leave_nothing_behind(tmp_path, frames, message):
    path = tmp_path / "a.mp4"
    with pytest.raises(UserError, match=message):
        write_mp4(path, frames, 15)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"a\.mp4: cannot be written"):
        write_mp4(tmp_path / "none" / "a.mp4", [bars(1)], 15)


def test_failure_while_drawing_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_text("old")

    def frames():
        yield bars(1)
        raise RuntimeError("drawing failed")

    with pytest.raises(RuntimeError, match="drawing failed"):
        write_mp4(path, frames(), 15)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
