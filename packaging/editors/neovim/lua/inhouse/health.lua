--- :checkhealth inhouse
local compat = require("inhouse.compat")
local config = require("inhouse.config")
local text = require("inhouse.text")

local M = {}

local SECONDS = 90
local WAYS = { ok = "ok", warning = "warn", missing = "error" }

local function editor(report)
  report.start("Neovim")
  local version = vim.version()
  local said = ("%d.%d.%d"):format(version.major, version.minor, version.patch)
  if compat.has_inline() then
    report.ok(said .. ": proposals stand between the characters of a line")
  else
    report.ok(said .. ": proposals lie over the line; from 0.10 on they move the rest of it")
  end
  local ghost = require("inhouse.ghost")
  local key = config.get().complete.keys.accept
  if not ghost.is_enabled() then
    report.info('Proposals are off; require("inhouse").setup() switches them on')
  elseif key then
    local other = vim.fn.maparg(key, "i")
    local note = other ~= "" and " (it has another meaning while none shows)" or ""
    report.ok(("%s takes a proposal%s"):format(key, note))
  end
end

local function run(words)
  local lines, code, last = {}, nil, nil
  local one, problem = require("inhouse.process").start(words, {
    on_line = function(line)
      table.insert(lines, line)
    end,
    on_exit = function(ended, process)
      code, last = ended, process:last_words(ended)
    end,
  })
  if not one then
    return nil, problem
  end
  one:close_input()
  local over = vim.wait(SECONDS * 1000, function()
    return code ~= nil
  end, 20)
  if not over then
    one:stop()
    return nil, ("It did not answer within %d s."):format(SECONDS)
  end
  return table.concat(lines, "\n"), last
end

local function program(report)
  report.start("inhouse")
  local command = config.get().command
  local path = vim.fn.exepath(command[1])
  if path == "" then
    report.error(("%s is not found"):format(command[1]), {
      "Install inhouse, or give its path:",
      'require("inhouse").setup({ command = { "/path/of/inhouse" } })',
    })
    return
  end
  report.ok(path)
  local words = vim.list_extend({}, command)
  vim.list_extend(words, { "doctor", "--json" })
  if config.get().endpoint then
    vim.list_extend(words, { "--endpoint", config.get().endpoint })
  end
  local out, problem = run(words)
  local decoded, found = pcall(vim.json.decode, out or "")
  if not decoded or type(found) ~= "table" or type(found.checks) ~= "table" then
    report.error("inhouse doctor cannot be read: " .. (problem or "it said nothing"))
    return
  end
  report.ok("version " .. text.clean_line(tostring(found.version)))
  for _, check in ipairs(found.checks) do
    local way = WAYS[check.state] or "info"
    report[way](text.clean_line(("%s: %s"):format(check.name, check.text)))
  end
end

--- Write the report.
function M.check()
  local report = compat.health()
  editor(report)
  program(report)
end

return M
