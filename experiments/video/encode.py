"""Writes films as H.264 in MP4, which browsers play, and pieces of them as PNG, GIF or WebP."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from PIL import Image

from envs.errors import UserError
from experiments.store.atomic import replacing
from experiments.video.drawing.surfaces import Frame

QUALITY: Final = "21"
"""Constant rate factor of x264: 0 = lossless, 51 = worst; letters stay sharp [A]: judgement."""

PRESET: Final = "veryfast"
"""Speed of x264: half the time of its default, a tenth more bytes."""


CLIP_FORMATS: Final = ("gif", "webp")

CLIP_PX, CLIP_S, CLIP_FPS = 640, 6.0, 10
"""Width, length and frames per second of a clip [A]: a few megabytes, which a README may hold."""

CLIP_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    ".gif": {"optimize": True},
    ".webp": {"quality": 70, "method": 4},
}
"""Arguments of Pillow's writers."""


class Reel:
    """Frames that pass by once, hashed; some of them are kept.

    Parameters
    ----------
    frames
        The frames of a film.
    wanted
        Numbers of the frames to keep.

    Attributes
    ----------
    kept
        These frames by number, as far as they have passed.
    """

    def __init__(self, frames: Iterable[Frame], wanted: Container[int] = ()) -> None:
        self._frames, self._wanted = frames, wanted
        self._digest = hashlib.sha256()
        self.kept: dict[int, Frame] = {}

    def __iter__(self) -> Iterator[Frame]:
        """The frames."""
        for k, frame in enumerate(self._frames):
            self._digest.update(frame.data)
            if k in self._wanted:
                self.kept[k] = frame
            yield frame

    @property
    def sha256(self) -> str:
        """Hash of the frames that have passed."""
        return self._digest.hexdigest()


def write_mp4(
    path: Path, frames: Iterable[Frame], fps: int, *, title: str = "", quality: str = QUALITY
) -> int:
    """Encode frames as they are drawn; the file appears only when it is complete. Returns the number of frames.

    Parameters
    ----------
    path
        Ends in ``.mp4``; replaced if it exists.
    frames
        ``(height, width, 3)`` uint8, all of the same even size.
    fps
        Frames per second.
    title
        Title in the metadata of the file.
    quality
        Constant rate factor; the larger, the smaller the file.

    Raises
    ------
    UserError
        If there is no frame, a frame is blank or of another size, or the file cannot be written.
    """
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise UserError(f"{path}: a film needs at least one frame")
    height, width = first.shape[:2]
    if height % 2 or width % 2:
        raise UserError(f"{path}: frames of {width} x {height} px, expected even numbers")
    count = 0
    with (
        replacing(path) as temporary,
        av.open(str(temporary), "w", options={"movflags": "+faststart"}) as container,
    ):
        container.metadata["title"] = title
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": quality, "preset": PRESET}
        context = stream.codec_context
        context.thread_count = 1
        # without these a browser guesses, and reds and greens shift
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        for frame in chain([first], iterator):
            _check(path, frame, first)
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture = picture.reformat(
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
                interpolation=Interpolation.AREA,
            )
            container.mux(stream.encode(picture))
            count += 1
        container.mux(stream.encode())
    return count


class Clip:
    """A few seconds of a film in small, for a README: an animated GIF or WebP.

    Parameters
    ----------
    path
        Its ending decides the format.
    num_frames, fps
        Of the film.
    around
        Number of the frame that matters; ``CLIP_S`` around it are kept.
    """

    def __init__(self, path: Path, num_frames: int, fps: int, around: int) -> None:
        self.path = path
        length = min(CLIP_S, (num_frames - 1) / fps)
        first = max(min(around / fps - length / 2, (num_frames - 1) / fps - length), 0.0)
        wanted = first + np.arange(0.0, length + 1e-9, 1 / CLIP_FPS)
        self._wanted = set(np.round(wanted * fps).astype(int).tolist())
        self._pictures: list[Image.Image] = []

    def add(self, number: int, frame: Frame) -> None:
        """Keep a frame if it belongs to the clip; called for every frame of the film in order."""
        if number in self._wanted:
            height = round(frame.shape[0] * CLIP_PX / frame.shape[1])
            picture = Image.fromarray(frame)
            self._pictures.append(picture.resize((CLIP_PX, height), Image.Resampling.LANCZOS))

    def write(self) -> None:
        """Write the clip, which repeats for ever."""
        first, *others = self._pictures
        with replacing(self.path) as temporary:
            first.save(
                temporary,
                self.path.suffix[1:].upper(),
                save_all=True,
                append_images=others,
                duration=round(1000 / CLIP_FPS),
                loop=0,
                **CLIP_OPTIONS[self.path.suffix],
            )


def write_png(path: Path, frame: Frame) -> None:
    """Write a picture; the file appears only when it is complete."""
    with replacing(path) as temporary:
        Image.fromarray(frame).save(temporary, "PNG")


def _check(path: Path, frame: Frame, first: Frame) -> None:
    """Raise an error for a frame that is blank or of another size."""
    if frame.shape != first.shape:
        raise UserError(f"{path}: a frame of shape {frame.shape}, expected {first.shape}")
    if frame.min() == frame.max():
        raise UserError(f"{path}: a frame is blank; check SDL_VIDEODRIVER")
