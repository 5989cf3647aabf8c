--- Questions that are answered once, and what a review finds.
local job = require("inhouse.job")
local text = require("inhouse.text")

local M = {}

local api = vim.api
local HEIGHT = 14
local NULLS = { luanil = { object = true, array = true } }
local TYPES = { bug = "E", risk = "W", style = "I" }

-- A window at the bottom for an answer; gives its buffer and what adds a line to it.
local function open_answer(title)
  local back = api.nvim_get_current_win()
  vim.cmd(("botright %dnew"):format(HEIGHT))
  local buffer = api.nvim_get_current_buf()
  local window = api.nvim_get_current_win()
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].filetype = "inhouse"
  api.nvim_buf_set_lines(buffer, 0, -1, false, { text.clean_line(title), "" })
  api.nvim_buf_add_highlight(buffer, -1, "InhouseTitle", 0, 0, -1)
  require("inhouse.compat").set_window(window, {
    wrap = true,
    linebreak = true,
    number = false,
    relativenumber = false,
    signcolumn = "no",
    conceallevel = 2,
  })
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buffer, nowait = true })
  api.nvim_set_current_win(back)
  return buffer
end

local function add(buffer, line)
  if api.nvim_buf_is_valid(buffer) then
    vim.bo[buffer].modifiable = true
    api.nvim_buf_set_lines(buffer, -1, -1, false, text.lines(text.clean(line)))
    vim.bo[buffer].modifiable = false
  end
end

local function answer(name, title, words, input)
  local buffer
  local one = job.run(name, {
    words = words,
    input = input,
    about = "answers",
    on_line = function(line)
      add(buffer, line)
    end,
    on_end = function(code, _, ended)
      if code ~= 0 then
        add(buffer, ended:last_words(code))
        job.complain(code, ended)
      end
    end,
  })
  if one then
    buffer = open_answer(title)
    api.nvim_create_autocmd("BufWipeout", {
      buffer = buffer,
      callback = function()
        one.stopped = true
        one:stop()
      end,
    })
  end
end

--- Answer a question about this folder, and about lines of the current buffer where some are given.
function M.ask(question, first, last)
  local input
  if first then
    local lines = api.nvim_buf_get_lines(0, first - 1, last, false)
    local name = job.name_of(0)
    local head = name ~= "" and ("%s, lines %d to %d:\n"):format(name, first, last) or ""
    input = head .. table.concat(lines, "\n") .. "\n"
  end
  answer("ask", question, { "--", question }, input)
end

--- Explain what stands at a line, or at several.
function M.explain(first, last)
  local name = job.name_of(0)
  local place = ("%s:%d"):format(name ~= "" and name or "unnamed", first)
  if last and last > first then
    place = ("%s-%d"):format(place, last)
  end
  answer("explain", "Explain " .. place, { "--", place }, text.of_buffer(0))
end

--- Review what differs from the last commit, or a range; findings go into the quickfix list.
function M.review(words)
  local root = require("inhouse.config").root()
  local title = vim.trim("inhouse review " .. table.concat(words, " "))
  local list, count, result
  local function take(line)
    local decoded, found = pcall(vim.json.decode, line, NULLS)
    if not decoded or type(found) ~= "table" then
      return
    elseif found.type == "result" then
      result = found
    elseif found.type == "finding" then
      count = count + 1
      local item = {
        filename = root .. "/" .. tostring(found.path),
        lnum = found.line,
        type = TYPES[found.severity] or "W",
        text = text.clean_line(("%s: %s"):format(found.severity or "", found.text or "")),
      }
      vim.fn.setqflist({}, "a", { id = list, items = { item } })
      if count == 1 then
        local back = api.nvim_get_current_win()
        vim.cmd("botright copen")
        api.nvim_set_current_win(back)
      end
    end
  end
  local one = job.run("review", {
    words = vim.list_extend({ "--json" }, words),
    about = "reviews",
    on_line = take,
    on_end = function(code, _, ended)
      if not result then
        job.complain(code, ended)
      elseif count == 0 then
        local nothing = result.files == 0 and "Nothing differs." or "Nothing was found."
        vim.notify("inhouse: " .. nothing)
      else
        vim.notify("inhouse: " .. text.plural(count, "finding") .. ".")
      end
    end,
  })
  if one then
    count = 0
    vim.fn.setqflist({}, " ", { title = title, items = {} })
    list = vim.fn.getqflist({ id = 0 }).id
    vim.notify("inhouse: reviewing; :InhouseCancel ends it.")
  end
end

-- What was written into a commit message by hand: all above the comments.
local function has_message(buffer)
  for _, line in ipairs(api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line:match("^#") or line:match("^diff %-%-git") then
      return false
    elseif line:match("%S") then
      return true
    end
  end
  return false
end

--- Write a commit message for what is staged: into the commit's buffer, else into a window.
function M.commit(words)
  local buffer = api.nvim_get_current_buf()
  local fills = vim.bo[buffer].filetype == "gitcommit"
  if fills and has_message(buffer) then
    vim.notify("inhouse: There is a message already.", vim.log.levels.WARN)
    return
  end
  local one = job.run("commit", {
    words = vim.list_extend({ "--dry-run" }, words),
    about = "writes a message",
    buffer = buffer,
    on_end = function(code, lines, ended)
      if code ~= 0 then
        job.complain(code, ended)
        return
      end
      local message = text.whole_lines(text.clean(table.concat(lines, "\n")))
      if not fills or not api.nvim_buf_is_valid(buffer) then
        local shown = open_answer("Commit message")
        for _, line in ipairs(message) do
          add(shown, line)
        end
      elseif has_message(buffer) then
        vim.notify("inhouse: You have written a message in the meantime.", vim.log.levels.WARN)
      else
        api.nvim_buf_set_lines(buffer, 0, 0, false, message)
      end
    end,
  })
  if one then
    vim.notify("inhouse: writing a commit message; :InhouseCancel ends it.")
  end
end

return M
