"""What the built app's executables start."""

from memapp.__main__ import main

if __name__ == "__main__":
    main()
