"""MP4 files: what comes out is what went in, and browsers can play it."""

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from PIL import Image

from envs.errors import UserError
from experiments.video.encode import CLIP_FORMATS, CLIP_S, Clip, write_mp4, write_png


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


@pytest.mark.parametrize("ending", CLIP_FORMATS)
def test_a_clip_shows_the_seconds_that_matter(tmp_path, ending):
    # 20 s of film at 30 frames per second, bright only around its middle
    path = tmp_path / f"a.{ending}"
    clip = Clip(path, 600, 30, around=300)
    for k in range(600):
        clip.add(k, bars(195 + k % 50 if 210 <= k <= 390 else 20))
    clip.write()
    with Image.open(path) as picture:
        assert picture.format == ending.upper()
        assert picture.size == (640, 320)
        assert picture.info["loop"] == 0
        levels, shown_ms = [], 0
        for n in range(picture.n_frames):
            picture.seek(n)
            levels.append(float(np.asarray(picture.convert("RGB"))[20:140].mean()))
            shown_ms += picture.info["duration"]
    assert shown_ms == pytest.approx(1000 * CLIP_S, abs=200)
    assert min(levels) > 190.0
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_clip_of_a_short_film_is_the_whole_film(tmp_path):
    path = tmp_path / "a.webp"
    clip = Clip(path, 31, 15, around=29)
    for k in range(31):
        clip.add(k, bars(8 * k))
    clip.write()
    with Image.open(path) as picture:
        assert picture.n_frames == 21


def test_a_picture_comes_back(tmp_path):
    write_png(tmp_path / "a.png", bars(77))
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), bars(77))
