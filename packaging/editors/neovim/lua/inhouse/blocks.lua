--- How each part of a conversation looks: lines, their colours, and whether it is folded.
---
--- A rendered block is { lines, marks, fold }: a mark is { row, first, last, group } with a row
--- from 0 and bytes, `last` nil for the whole line; `fold` says that all below the first line is
--- folded.
local compat = require("inhouse.compat")
local text = require("inhouse.text")

local M = {}

local BAR = "│ "
local USER_BAR = "▌ "
local MOST_LINES = 400
local LIVE_LINES = 8
local LONGEST_LINE = 4000
local STATES = {
  pending = { "?", "InhousePending" },
  in_progress = { "•", "InhouseRunning" },
  completed = { "✓", "InhouseDone" },
  failed = { "✗", "InhouseFailed" },
}
local STEPS = { pending = "☐", in_progress = "▸", completed = "☑" }

local function barred(lines, bar, group, rendered, first)
  for place, line in ipairs(lines) do
    rendered.lines[#rendered.lines + 1] = (bar .. line):gsub("%s+$", "")
    table.insert(rendered.marks, { first + place - 1, 0, #bar - 1, "InhouseBar" })
    if group then
      table.insert(rendered.marks, { first + place - 1, #bar - 1, nil, group })
    end
  end
end

local function new()
  return { lines = {}, marks = {}, fold = false }
end

function M.user(block)
  local rendered = new()
  for place, line in ipairs(text.lines(block.text)) do
    rendered.lines[place] = (USER_BAR .. line):gsub("%s+$", "")
    table.insert(rendered.marks, { place - 1, 0, nil, "InhouseUser" })
  end
  for _, name in ipairs(block.attached or {}) do
    table.insert(rendered.lines, USER_BAR .. "+ " .. name)
    table.insert(rendered.marks, { #rendered.lines - 1, 0, nil, "InhouseAttached" })
  end
  return rendered
end

function M.answer(block)
  local rendered = new()
  -- Whole lines without what only spaces out the beginning and the end.
  rendered.lines = text.lines((block.text:gsub("^%s*\n", ""):gsub("%s+$", "")))
  return rendered
end

function M.thought(block)
  local rendered = new()
  local lines = text.lines((block.text:gsub("^%s+", ""):gsub("%s+$", "")))
  rendered.lines[1] = block.running and "✻ Thinking" or "✻ Thought"
  table.insert(rendered.marks, { 0, 0, nil, "InhouseThought" })
  barred(lines, BAR, "InhouseThought", rendered, 1)
  rendered.fold = true
  return rendered
end

function M.note(block)
  local rendered = new()
  local group = block.level == "error" and "InhouseError" or "InhouseNote"
  for place, line in ipairs(text.lines((block.text:gsub("%s+$", "")))) do
    rendered.lines[place] = line
    table.insert(rendered.marks, { place - 1, 0, nil, group })
  end
  return rendered
end

function M.plan(block)
  local rendered = new()
  rendered.lines[1] = "Plan"
  table.insert(rendered.marks, { 0, 0, nil, "InhouseTitle" })
  for place, entry in ipairs(block.entries) do
    local state = STEPS[entry.status] and entry.status or "pending"
    rendered.lines[place + 1] = ("  %s %s"):format(STEPS[state], text.clean_line(entry.content))
    local group = state == "completed" and "InhouseDim"
      or state == "in_progress" and "InhouseRunning"
      or nil
    if group then
      table.insert(rendered.marks, { place, 0, nil, group })
    end
  end
  return rendered
end

--- The lines of a diff of two texts, and how many were added and removed.
function M.diff_lines(old, new_text)
  local lines, added, removed = {}, 0, 0
  local found = compat.diff(old, new_text, { ctxlen = 3 })
  for _, line in ipairs(text.whole_lines(found)) do
    local sign = line:sub(1, 1)
    if sign == "@" then
      if #lines > 0 then
        table.insert(lines, { "⋮", "InhouseDim" })
      end
    elseif sign == "+" then
      added = added + 1
      table.insert(lines, { line, "InhouseAdded" })
    elseif sign == "-" then
      removed = removed + 1
      table.insert(lines, { line, "InhouseRemoved" })
    elseif sign == " " then
      table.insert(lines, { line })
    end
  end
  return lines, added, removed
end

local function safe(words)
  return type(words) == "string" and text.clean(words) or ""
end

--- The text of a part of a call's content, nil where it is none.
function M.words_of(part)
  local content = type(part) == "table" and part.type == "content" and part.content
  return type(content) == "table" and type(content.text) == "string" and text.clean(content.text)
    or nil
end

-- The texts and the diffs of a call, in their order: { line, group } each.
local function body_of(block)
  local body, added, removed, has_diff = {}, 0, 0, false
  for _, one in ipairs(block.content or {}) do
    local words = M.words_of(one)
    if words then
      for _, line in ipairs(text.whole_lines(words)) do
        table.insert(body, { line, "InhouseOutput" })
      end
    elseif type(one) == "table" and one.type == "diff" then
      has_diff = true
      local lines, more, less = M.diff_lines(safe(one.oldText), safe(one.newText))
      vim.list_extend(body, lines)
      added, removed = added + more, removed + less
    end
  end
  return body, has_diff and ("  +%d −%d"):format(added, removed) or "", has_diff
end

function M.call(block)
  local rendered = new()
  local body, sum, has_diff = body_of(block)
  local sign = STATES[block.status] or STATES.pending
  local place = block.locations and block.locations[1]
  local known = has_diff and type(place) == "table" and type(place.line) == "number"
  local line = known and (":%d"):format(place.line) or ""
  rendered.lines[1] = ("%s %s%s%s"):format(sign[1], text.clean_line(block.title), line, sum)
  table.insert(rendered.marks, { 0, 0, #sign[1], sign[2] })
  table.insert(rendered.marks, { 0, #sign[1], nil, "InhouseCall" })
  local running = block.status == "in_progress"
  local first = running and not has_diff and math.max(1, #body - LIVE_LINES + 1) or 1
  local last = math.min(#body, first + MOST_LINES - 1)
  for at = first, last do
    barred({ body[at][1] }, BAR, body[at][2], rendered, #rendered.lines)
  end
  if last < #body then
    local rest = ("… %s more"):format(text.plural(#body - last, "line"))
    barred({ rest }, BAR, "InhouseDim", rendered, #rendered.lines)
  end
  rendered.fold = not has_diff and not running and #rendered.lines > 1
  return rendered
end

function M.question(block)
  local rendered = new()
  if block.chosen then
    rendered.lines[1] = ("→ %s"):format(block.chosen)
    table.insert(rendered.marks, { 0, 0, nil, "InhouseDim" })
    return rendered
  end
  rendered.lines[1] = "? " .. text.clean_line(block.title)
  table.insert(rendered.marks, { 0, 0, nil, "InhouseQuestion" })
  for _, line in ipairs(block.details) do
    barred({ line }, BAR, "InhouseOutput", rendered, #rendered.lines)
  end
  for place, option in ipairs(block.options) do
    local keys = option.key and ("%d %s"):format(place, option.key) or ("%d  "):format(place)
    table.insert(rendered.lines, ("  %s  %s"):format(keys, text.clean_line(option.name)))
    table.insert(rendered.marks, { #rendered.lines - 1, 2, 2 + #keys, "InhouseKey" })
  end
  return rendered
end

--- The block as it looks now; very long lines are cut.
function M.render(block)
  local rendered = M[block.kind](block)
  for place, line in ipairs(rendered.lines) do
    if #line > LONGEST_LINE then
      line = line:sub(1, LONGEST_LINE):gsub("[\192-\255][\128-\191]*$", "")
      rendered.lines[place] = line .. "…"
    end
  end
  return rendered
end

return M
