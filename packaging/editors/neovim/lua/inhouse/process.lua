--- A program that speaks lines over its standard streams.
local M = {}

local MOST_COMPLAINTS = 20

local Process = {}
Process.__index = Process

-- Puts the pieces of a stream together; `take` gets each whole line.
local function line_reader(take)
  local rest = {}
  return function(_, pieces)
    for place, piece in ipairs(pieces) do
      if place > 1 then
        take(table.concat(rest))
        rest = {}
      end
      rest[#rest + 1] = piece
    end
  end, function()
    local line = table.concat(rest)
    rest = {}
    if line ~= "" then
      take(line)
    end
  end
end

--- Start a program. `options`: `cwd`, `env`, `on_line(line)`, `on_complaint(line)`,
--- `on_exit(code, process)`. Gives the process, or nil and why it cannot be started.
function M.start(command, options)
  local process = setmetatable({ complaints = {}, alive = true }, Process)
  local take_line, end_lines = line_reader(options.on_line or function() end)
  local take_complaint, end_complaints = line_reader(function(line)
    table.insert(process.complaints, line)
    if #process.complaints > MOST_COMPLAINTS then
      table.remove(process.complaints, 1)
    end
    if options.on_complaint then
      options.on_complaint(line)
    end
  end)
  local started, job = pcall(vim.fn.jobstart, command, {
    cwd = options.cwd,
    env = options.env,
    on_stdout = take_line,
    on_stderr = take_complaint,
    on_exit = function(_, code)
      process.alive = false
      end_lines()
      end_complaints()
      if options.on_exit then
        options.on_exit(code, process)
      end
    end,
  })
  if not started or job <= 0 then
    if options.cwd and vim.fn.isdirectory(options.cwd) == 0 then
      return nil, ("There is no folder %s."):format(options.cwd)
    end
    local sentence = "%s cannot be started. Install inhouse, or give its path: "
      .. 'require("inhouse").setup({ command = { "/path/of/inhouse" } })'
    return nil, sentence:format(command[1])
  end
  process.job = job
  return process
end

--- Write a line to it; false when it does not listen any more.
function Process:write(line)
  return self.alive and (pcall(vim.fn.chansend, self.job, line .. "\n"))
end

--- Write all of a text, and end its input.
function Process:write_all(text)
  pcall(vim.fn.chansend, self.job, text)
  self:close_input()
end

--- End its input.
function Process:close_input()
  pcall(vim.fn.chanclose, self.job, "stdin")
end

--- End it.
function Process:stop()
  if self.alive then
    pcall(vim.fn.jobstop, self.job)
  end
end

--- Why it ended, in its own words: the last message, which may have several lines.
function Process:last_words(code)
  local words = {}
  for place = #self.complaints, 1, -1 do
    local line = require("inhouse.text").clean_line(self.complaints[place])
    if line:find("%S") then
      table.insert(words, 1, vim.trim((line:gsub("^inhouse: ", ""))))
    end
    if vim.startswith(line, "inhouse: ") then
      break
    end
  end
  if #words == 0 then
    return ("It ended with exit code %d."):format(code)
  end
  return table.concat(words, " ")
end

return M
