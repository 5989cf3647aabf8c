--- What the bars of a conversation and a status line say.
local compat = require("inhouse.compat")
local text = require("inhouse.text")

local M = {}

local SPINNER = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" }
local FRAME_MS = 120
local timer
local busy = {}

local function safe(words)
  return (text.clean_line(words):gsub("%%", "%%%%"))
end

local function spinner()
  return SPINNER[math.floor(vim.loop.now() / FRAME_MS) % #SPINNER + 1]
end

local function redraw()
  pcall(vim.cmd, "redrawstatus!")
end

--- Show that something is at work, until it is said to be over; `key` is what works.
function M.set_busy(key, is_busy)
  busy[key] = is_busy or nil
  if next(busy) and not timer then
    timer = vim.loop.new_timer()
    timer:start(FRAME_MS, FRAME_MS, vim.schedule_wrap(redraw))
  elseif not next(busy) and timer then
    timer:stop()
    timer:close()
    timer = nil
  end
  vim.schedule(redraw)
end

--- What a conversation does now, in a few words.
function M.activity(chat)
  local questions = require("inhouse.questions")
  if questions.current(chat) then
    return "? waits for your answer", "InhouseQuestion"
  elseif chat.state == "opening" then
    return spinner() .. " starting", "InhouseWorking"
  elseif chat.state == "working" then
    local reading = chat.reading
    if reading then
      local sentence = "%s reading %s of %s tokens"
      return sentence:format(spinner(), text.number(reading.done), text.number(reading.total)),
        "InhouseWorking"
    end
    local seconds = math.floor((vim.loop.now() - chat.since) / 1000)
    return ("%s working %d s"):format(spinner(), seconds), "InhouseWorking"
  end
  return "ready", "InhouseDim"
end

local function joined(left, right)
  return left .. "%*%=%<" .. right .. " "
end

--- The bar that names a conversation.
function M.head(number)
  local chat = require("inhouse.view").chat_of(number)
  if not chat then
    return ""
  end
  local right = {}
  for _, part in ipairs({ chat:option("model") or "", chat.mode or "" }) do
    if part ~= "" then
      table.insert(right, safe(part))
    end
  end
  local title = chat.title and (" · " .. text.shorten(chat.title, 40)) or ""
  local left = "%#InhouseTitle# inhouse%*" .. safe(title)
  return joined(left, table.concat(right, " · "))
end

--- The bar that says what it does.
function M.foot(number)
  local chat = require("inhouse.view").chat_of(number)
  if not chat then
    return ""
  end
  local words, group = M.activity(chat)
  local right = {}
  if #chat.attached > 0 then
    table.insert(right, ("+ %s"):format(text.plural(#chat.attached, "attachment")))
  end
  if #chat.queue > 0 then
    table.insert(right, ("%d queued"):format(#chat.queue))
  end
  if chat.usage and chat.usage.size then
    local used, size = text.count(chat.usage.used), text.count(chat.usage.size)
    table.insert(right, ("%s of %s tokens"):format(used, size))
  end
  if #right == 0 and not chat:is_busy() then
    table.insert(right, "g? shows the keys")
  end
  return joined(("%%#%s# %s"):format(group, safe(words)), safe(table.concat(right, " · ")))
end

--- The options of the windows of a conversation that show the bars.
function M.options(number)
  local head = ("%%{%%v:lua.require'inhouse.bar'.head(%d)%%}"):format(number)
  local foot = ("%%{%%v:lua.require'inhouse.bar'.foot(%d)%%}"):format(number)
  if compat.has_winbar() then
    return { winbar = head }, { winbar = foot }
  end
  -- The line between the two windows belongs to the upper one.
  return { statusline = foot }, { statusline = head }
end

--- For a status line: what inhouse does in this Neovim, empty when nothing.
function M.status()
  local chat = require("inhouse.view").chat()
  if chat and (chat:is_busy() or require("inhouse.questions").current(chat)) then
    return "inhouse " .. M.activity(chat)
  elseif busy.edit then
    return "inhouse " .. spinner() .. " " .. busy.edit
  elseif busy.complete then
    return "inhouse " .. spinner()
  end
  return ""
end

return M
