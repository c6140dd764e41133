"""The loader: from a path to facts, the net's frame and a picture, for all callers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, LoadedPhoto, PhotoFacts, Precision
from memapp.intake import deep_png, facts, opening, problems, raw
from memapp.intake.expected_size import expected_size
from memapp.intake.fingerprint import fingerprint_of
from memapp.intake.limits import DEFAULT_LIMITS, Deadline, Limits
from memapp.intake.reading import PhotoFile, file_in_memory, open_photo_file, second_handle
from memapp.intake.render import Rendered, Request, render
from memapp.intake.sniff import HEADER_SIZE, Format, Other, Picture, sniff
from memapp.intake.stated_colour import stated_colour
from memapp.intake.tiff_structure import read_structure

_PREVIEW = Picture(Format.JPEG)
_NOTHING = Rendered()


def load_photo(
    path: str,
    *,
    frame: bool = False,
    longest_side: int | None = None,
    precision: Precision = Precision.EXACT,
    control: RunControl | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> LoadedPhoto:
    """Load one photo: always its facts, and what else is requested. Thread-safe; see PhotoLoader.

    Args:
        path: the file.
        frame: also return the net's frame and the file's fingerprint.
        longest_side: also return the picture, no larger than this many pixels; 0 for full size; None for no
            picture.
        precision: of the frame. EXACT uses full-size pixels, FAST a reduced decode if that is faster; a
            picture requested with it may be smaller, too.
        control: cancels the loading.
        limits: of memory and time.

    Raises:
        PhotoError: with the reason.
        Cancelled: control was cancelled.
    """
    deadline = Deadline(seconds=limits.seconds, control=control)
    deadline.check()
    with open_photo_file(path, deadline=deadline) as file:
        loading = _Loading(file, path, Request(frame, longest_side, precision), limits, deadline)
        if not frame:
            return loading.load()
        with second_handle(file, deadline=deadline) as again:
            loaded = loading.load()
            # Decoding has just read the file: the second read comes from the system's cache.
            with problems.in_words(name="file", size=again.size, deadline=deadline):
                return replace(loaded, fingerprint=fingerprint_of(again))


@dataclass(frozen=True, slots=True)
class _Decoded:
    """The result of decoding one picture."""

    shot: facts.Shot
    orientation: int
    """As EXIF numbers it; applied to the arrays."""
    rendering: str | None
    """As in PhotoFacts."""
    missing: float | None = None
    """As in PhotoFacts."""
    rendered: Rendered = _NOTHING


@dataclass(frozen=True, slots=True)
class _Loading:
    """One photo on its way through the loader. Used by one thread, once."""

    file: PhotoFile
    path: str
    request: Request
    limits: Limits
    deadline: Deadline

    def load(self) -> LoadedPhoto:
        """Detect the file's format and load it. Raise PhotoError or Cancelled."""
        with problems.in_words(name="file", size=self.file.size, deadline=self.deadline):
            header = self.file.read(HEADER_SIZE)
            structure = read_structure(self.file, header)
            expected = structure.expected_size if structure else expected_size(self.file, header)
        content = sniff(header)
        if isinstance(content, Other):
            raise PhotoError(content.kind, content.reason)
        if content.format is None:
            return self._load_raw(expected)
        if structure is None or not structure.is_raw:
            return self._load_picture(content, expected)
        try:
            return self._load_raw(expected)
        except PhotoError as problem:
            if problem.kind is not FailureKind.UNSUPPORTED:
                raise
            return self._load_unknown_raw(content, expected, problem)

    def _load_picture(self, content: Picture, expected: int | None) -> LoadedPhoto:
        with opening.open_picture(self.file, content, deadline=self.deadline, expected=expected) as image:
            size = image.size
            decoded = self._decode(image, self.file, content.name, expected)
        if facts.swaps_sides(decoded.orientation):
            size = (size[1], size[0])
        about = _facts(size, content.name, decoded.shot, decoded.rendering, decoded.missing)
        return _loaded(about, decoded.rendered)

    def _load_unknown_raw(self, content: Picture, expected: int | None, problem: PhotoError) -> LoadedPhoto:
        """A TIFF with sensor data unknown to LibRaw may still contain a whole photo; a thumbnail is not
        enough."""
        photo = self._load_picture(content, expected)
        if max(photo.facts.width, photo.facts.height) < raw.SMALLEST_PREVIEW:
            raise problem
        return photo

    def _load_raw(self, expected: int | None) -> LoadedPhoto:
        name = raw.raw_name(self.path)
        with raw.open_raw(
            self.file, name=name, expected=expected, limits=self.limits, deadline=self.deadline
        ) as photo:
            jpeg = photo.preview()
            if jpeg is not None:
                loaded = self._load_preview(photo, jpeg, name)
                if loaded is not None:
                    return loaded
            about = _facts(photo.size, name, self._shot_of_raw(None), photo.rendering)
            if self.request.facts_only:
                return LoadedPhoto(about)
            with self.limits.budget.reserve(photo.memory, self.deadline):
                self.deadline.restart()
                image = photo.develop()
                self.deadline.check()
                rendered = render(
                    image, self.request, stored_size=image.size, orientation=1, limits=self.limits
                )
        return _loaded(about, rendered)

    def _load_preview(self, photo: raw.RawPhoto, jpeg: bytes, name: str) -> LoadedPhoto | None:
        """Return the RAW photo from its embedded JPEG; None if that is too small or unreadable."""
        with file_in_memory(jpeg, deadline=self.deadline) as file:
            try:
                preview = opening.open_picture(file, _PREVIEW, deadline=self.deadline, expected=None)
            except PhotoError:
                return None
            with preview:
                if max(preview.size) < raw.SMALLEST_PREVIEW:
                    return None
                exif = facts.exif_of(preview)
                rendering = f"embedded preview, {preview.width} x {preview.height}"
                orientation = raw.preview_orientation(preview.size, exif, photo)
                decoded = self._decode(
                    preview, file, _PREVIEW.name, None, orientation, elsewhere=facts.exif_of_tiff(self.file)
                )
        shown = _joined(rendering, decoded.rendering)
        about = _facts(photo.size, name, self._shot_of_raw(exif), shown, decoded.missing)
        return _loaded(about, decoded.rendered)

    def _shot_of_raw(self, preview_exif: Image.Exif | None) -> facts.Shot:
        """Return how a RAW photo was taken: from its own EXIF if it is TIFF inside, else its preview's."""
        shot = facts.read_shot(facts.exif_of_tiff(self.file), never_edited=True)
        if shot.camera is None and preview_exif is not None:
            return facts.read_shot(preview_exif, never_edited=True)
        return shot

    def _decode(
        self,
        image: Image.Image,
        file: PhotoFile,
        name: str,
        expected: int | None,
        orientation: int | None = None,
        elsewhere: Image.Exif | None = None,
    ) -> _Decoded:
        """Decode and render an opened picture. Its own orientation is applied unless one is given.

        Its own EXIF tells its colours; elsewhere's does where that says nothing.
        """
        if self.request.facts_only:
            exif = facts.exif_of(image)
            orientation = orientation or opening.pending_orientation(image, exif)
            rendering = opening.more_than_one(image, file)
            with problems.in_words(name=name, size=file.size, deadline=self.deadline, expected=expected):
                stated = stated_colour(image, file, exif, elsewhere)
            note = _joined(rendering, stated.note if stated else None)
            return _Decoded(facts.read_shot(exif, image), orientation, note)
        stored_size = image.size
        wanted = self.request.least_size(stored_size)
        plan = opening.plan_decoding(image, file.size, limits=self.limits, wanted=wanted)
        samples = opening.sample_range(image)
        with self.limits.budget.reserve(plan.memory, self.deadline):
            self.deadline.restart()
            with problems.in_words(name=name, size=file.size, deadline=self.deadline, expected=expected):
                pixels = opening.decode(image, plan, file)
            self.deadline.check()
            # Only now: PNG and JPEG XL may have their EXIF at the end; Pillow rotates TIFF while loading it.
            exif = facts.exif_of(image)
            orientation = orientation or opening.pending_orientation(image, exif)
            rendering = opening.more_than_one(image, file)
            with problems.in_words(name=name, size=file.size, deadline=self.deadline, expected=expected):
                stated = stated_colour(image, file, exif, elsewhere)
                if stated is not None and opening.copies_fit(pixels.image, self.limits):
                    stated = deep_png.in_srgb_curve(pixels.image, file, stated)
            if stated is not None:
                pixels.image.info["icc_profile"] = stated.profile
            rendered = render(
                pixels.image,
                self.request,
                stored_size=stored_size,
                scale=plan.scale,
                orientation=orientation,
                samples=samples,
                limits=self.limits,
            )
        rendering = _joined(rendering, stated.note if stated else None)
        return _Decoded(facts.read_shot(exif, image), orientation, rendering, pixels.missing, rendered)


def _loaded(about: PhotoFacts, rendered: Rendered) -> LoadedPhoto:
    return LoadedPhoto(about, rendered.frame, rendered.picture, sharpness=rendered.sharpness)


def _joined(*notes: str | None) -> str | None:
    """Return several notes on a rendering as one; None without any."""
    return ", ".join(note for note in notes if note) or None


def _facts(
    size: tuple[int, int],
    name: str,
    shot: facts.Shot,
    rendering: str | None,
    missing: float | None = None,
) -> PhotoFacts:
    return PhotoFacts(
        width=size[0],
        height=size[1],
        format=name,
        taken=shot.taken,
        camera=shot.camera,
        lens=shot.lens,
        exposure=shot.exposure,
        rendering=rendering,
        missing=missing,
    )
