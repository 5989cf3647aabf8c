--- One run of a command of inhouse: text in, what it writes out, shown while it works.
local bar = require("inhouse.bar")
local config = require("inhouse.config")
local process = require("inhouse.process")

local M = {}

local running = {}

--- Run a command. `options`: `words` behind those that start it, `input` for its standard input,
--- `buffer` that it belongs to, `about` for the status line, `on_line(line)`,
--- `on_end(code, lines, one)`, where `one:last_words(code)` tells what went wrong.
function M.run(name, options)
  local lines = {}
  local command = config.command(name)
  vim.list_extend(command, options.words or {})
  local one, problem = process.start(command, {
    cwd = config.root(),
    on_line = function(line)
      table.insert(lines, line)
      if options.on_line then
        options.on_line(line)
      end
    end,
    on_exit = function(code, ended)
      running[ended] = nil
      bar.set_busy("edit", next(running) and "works" or false)
      if not ended.stopped then
        options.on_end(code, lines, ended)
      elseif options.on_cancel then
        options.on_cancel()
      end
    end,
  })
  if not one then
    vim.notify("inhouse: " .. problem, vim.log.levels.ERROR)
    return nil
  end
  running[one] = options.buffer or 0
  bar.set_busy("edit", options.about)
  if options.input then
    one:write_all(options.input)
  else
    one:close_input()
  end
  return one
end

--- End what runs for a buffer, or with nil all; gives how many that were.
function M.cancel(buffer)
  local count = 0
  for one, belongs in pairs(running) do
    if buffer == nil or belongs == buffer then
      one.stopped = true
      one:stop()
      count = count + 1
    end
  end
  return count
end

--- Say what went wrong.
function M.complain(code, one)
  vim.notify("inhouse: " .. one:last_words(code), vim.log.levels.ERROR)
end

--- The name of a buffer's file below the folder that is worked in; "" for none.
function M.name_of(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == "" or vim.bo[buffer].buftype ~= "" then
    return ""
  end
  local root = config.root()
  local full = vim.loop.fs_realpath(name) or vim.fn.fnamemodify(name, ":p")
  return vim.startswith(full, root .. "/") and full:sub(#root + 2) or full
end

return M
