--- Lists to choose from: modes, models, sessions.
local agent = require("inhouse.agent")
local config = require("inhouse.config")
local text = require("inhouse.text")

local M = {}

--- Choose what goes ahead unasked.
function M.mode(chat)
  chat:open(function()
    vim.ui.select(chat.modes, {
      prompt = "inhouse: mode",
      format_item = function(mode)
        local sign = mode.id == chat.mode and "● " or "  "
        return text.clean_line(("%s%-9s  %s"):format(sign, mode.name, mode.description or ""))
      end,
    }, function(mode)
      if mode then
        chat:set_mode(mode.id)
      end
    end)
  end)
end

--- Choose the value of an option that the agent offers; `name` takes one without a list.
function M.option(chat, id, name)
  chat:open(function()
    if name and name ~= "" then
      chat:choose(id, name)
      return
    end
    local value, option = chat:option(id)
    if not option then
      chat:note(("There is nothing to choose for %s."):format(id), "error")
      return
    end
    vim.ui.select(option.options, {
      prompt = "inhouse: " .. text.clean_line(option.name),
      format_item = function(one)
        return (one.value == value and "● " or "  ") .. text.clean_line(one.name)
      end,
    }, function(one)
      if one then
        chat:choose(id, one.value)
      end
    end)
  end)
end

local function age(stamp)
  local year, month, day, hour, minute, second = (stamp or ""):match(
    "^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)"
  )
  if not year then
    return ""
  end
  local told = os.time({
    year = tonumber(year),
    month = tonumber(month),
    day = tonumber(day),
    hour = tonumber(hour),
    min = tonumber(minute),
    sec = tonumber(second),
  })
  local now = os.date("!*t")
  now.isdst = false
  local seconds = math.max(0, os.time(now) - told)
  for _, unit in ipairs({ { 86400, "d" }, { 3600, "h" }, { 60, "min" } }) do
    if seconds >= unit[1] then
      return ("%d %s"):format(math.floor(seconds / unit[1]), unit[2])
    end
  end
  return "now"
end

--- Choose a session of this folder, and go on with it.
function M.session()
  local view = require("inhouse.view")
  local params = { cwd = config.root() }
  agent.request("session/list", params, function(problem, result)
    local found = result and result.sessions or {}
    if problem or #found == 0 then
      vim.notify("inhouse: " .. (problem or "There are no sessions of this folder."))
      return
    end
    vim.ui.select(found, {
      prompt = "inhouse: session",
      format_item = function(session)
        local title = text.clean_line(session.title or session.sessionId)
        return ("%6s  %s"):format(age(session.updatedAt), text.shorten(title, 60))
      end,
    }, function(session)
      if session then
        local chat = view.new()
        view.open(false)
        chat.title = session.title and text.clean_line(session.title)
        chat:load(session.sessionId)
      end
    end)
  end)
end

return M
