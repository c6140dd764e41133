"""Another program that reads or fills the clipboard, as a person's file manager or text editor would.

python clipboard.py read | read-selection     prints the text
python clipboard.py write TEXT                offers TEXT until it is ended
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QClipboard, QGuiApplication


def main() -> int:
    application = QGuiApplication(sys.argv[:1])
    clipboard = application.clipboard()
    match sys.argv[1:]:
        case ["read"]:
            sys.stdout.write(clipboard.text())
        case ["read-selection"]:
            sys.stdout.write(clipboard.text(QClipboard.Mode.Selection))
        case ["write", text]:
            clipboard.setText(text)
            print("ready", flush=True)
            return application.exec()
        case _:
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
