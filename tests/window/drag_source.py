"""Another program's window to drag files out of: python drag_source.py X Y PATH...

A small square at X, Y, always in front. It prints "shown" when it is there, and after each drag what the
target made of it: "CopyAction", "MoveAction", or "IgnoreAction" where the drop was not taken.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

SIDE = 80


class Source(QWidget):
    """Begins a drag of its files as soon as it is pressed."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self._addresses = [QUrl.fromLocalFile(path) for path in paths]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls(self._addresses)
        drag.setMimeData(data)
        # A file manager offers to move, too; the program that takes the drop decides.
        taken = drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.MoveAction)
        print(taken.name, flush=True)


def main() -> int:
    application = QApplication(sys.argv[:1])
    x, y, *paths = sys.argv[1:]
    source = Source(paths)
    source.setGeometry(int(x), int(y), SIDE, SIDE)
    source.show()
    QTimer.singleShot(300, lambda: print("shown", flush=True))
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main())
