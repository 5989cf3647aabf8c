-- Neovim runs Lua 5.1, and gives the one global.
std = "luajit"
globals = { "vim" }
max_line_length = 100
