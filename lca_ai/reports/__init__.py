"""Reports: one offline HTML page, Markdown, and the tables behind them."""
