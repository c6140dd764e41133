"""The window itself: its layout, its actions, and the commands behind them."""
