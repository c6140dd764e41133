"""Starts the window: the application object, its messages, and the files that the system asks it to open."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QObject, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from memapp import __version__, log
from memapp.compose.installation import installed
from memapp.compose.smoke import SmokeOrder, WindowSmoke
from memapp.compose.window import WindowRoot
from memapp.core.machine import resume_garbage_collector
from memapp.core.number_text import set_notation
from memapp.core.resources import resource_path
from memapp.core.text import set_language, system_language
from memapp.gui.widgets.translator import install_translators
from memapp.gui.window.main_window import MainWindow
from memapp.store.home import home_folder

_log = logging.getLogger(__name__)


def run_window(paths: Sequence[str], *, smoke: SmokeOrder | None = None) -> int:
    """Open the window on some paths and stay until it is closed; return the exit status.

    With a smoke order the window opens on its folder instead, and closes itself.
    """
    qInstallMessageHandler(_log_qt)
    application = QApplication([sys.argv[0]])
    application.setApplicationName("memapp")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("memapp")
    application.setWindowIcon(QIcon(str(resource_path("icons/memapp.svg"))))
    # Ctrl-C in the terminal ends the program; what was scored is kept already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    language = set_language(system_language(QLocale.system().name()), resource_path("translations"))
    install_translators(application, language)
    _write_numbers_as_the_system_does()
    root = WindowRoot(installed(home=home_folder()))
    window = root.window
    log.on_unexpected(lambda text: window.unexpected.emit(text))
    opener = _FileOpener(window)
    application.installEventFilter(opener)
    window.show()
    window.add([smoke.folder] if smoke else list(paths))
    watch = WindowSmoke(window=window, order=smoke) if smoke else None
    resume_garbage_collector()
    status = application.exec()
    if watch is not None:
        status = watch.status
    if root.stopped is False:
        _log.warning("a thread did not end in time")
    return status


def _write_numbers_as_the_system_does() -> None:
    if QLocale().zeroDigit() != "0":
        # memapp's texts have the digits 0 to 9, whatever the language; fields must not differ from them.
        QLocale.setDefault(QLocale.c())
    set_notation(QLocale().decimalPoint(), QLocale().groupSeparator())


class _FileOpener(QObject):
    """Adds the files that the system asks a running memapp to open (macOS sends them as events)."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QFileOpenEvent) and event.file():
            self._window.add([event.file()])
            return True
        return super().eventFilter(watched, event)


def _log_qt(kind: QtMsgType, _context: object, text: str) -> None:
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    logging.getLogger("qt").log(level, "%s", text)
