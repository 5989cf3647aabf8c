--- Files and selections that go along with the next message.
local files = require("inhouse.files")
local text = require("inhouse.text")

local M = {}

-- A larger file is only named: the model reads of it what it needs.
local MOST_BYTES = 32000

local function address(path, first, last)
  local escaped = path:gsub("[^%w%-%._~/]", function(char)
    return ("%%%02X"):format(char:byte())
  end)
  local lines = first and ("#L%d:%d"):format(first, last) or ""
  return "file://" .. escaped .. lines
end

local function name_of(path, root)
  return vim.startswith(path, root .. "/") and path:sub(#root + 2) or path
end

local function embedded(uri, content)
  return { type = "resource", resource = { uri = uri, mimeType = "text/plain", text = content } }
end

local function path_of(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == "" or vim.bo[buffer].buftype ~= "" then
    return nil
  end
  return vim.loop.fs_realpath(name) or vim.fn.fnamemodify(name, ":p")
end

--- Attach lines of a buffer, both ends included, from 1 on. Gives why it cannot, or nil.
function M.lines(chat, buffer, first, last)
  local lines = vim.api.nvim_buf_get_lines(buffer, first - 1, last, false)
  local content = table.concat(lines, "\n") .. "\n"
  if not text.is_utf8(content) then
    return "This text is not UTF-8 and cannot be sent."
  end
  local path = path_of(buffer) or "/unnamed"
  local name = ("%s:%d-%d"):format(name_of(path, chat.root), first, last)
  local block = embedded(address(path, first, last), content)
  table.insert(chat.attached, { name = name, block = block })
end

--- Attach a whole file, with its unsaved text. Gives why it cannot, or nil.
function M.file(chat, given)
  local path = vim.loop.fs_realpath(vim.fn.expand(given))
  local known = path and vim.loop.fs_stat(path)
  if not known or known.type ~= "file" then
    return ("There is no file %s."):format(given)
  end
  local name, problem = name_of(path, chat.root), nil
  files.read({ path = path }, function(answer, failed)
    if failed then
      problem = failed.message
    elseif #answer.content > MOST_BYTES then
      local block = { type = "resource_link", uri = address(path), name = name }
      table.insert(chat.attached, { name = name .. " (named only)", block = block })
    else
      local block = embedded(address(path), answer.content)
      table.insert(chat.attached, { name = name, block = block })
    end
  end)
  return problem
end

--- Attach a buffer: its file, or where it has none its lines.
function M.buffer(chat, buffer)
  local path = path_of(buffer)
  if path and vim.fn.filereadable(path) == 1 then
    return M.file(chat, path)
  end
  return M.lines(chat, buffer, 1, vim.api.nvim_buf_line_count(buffer))
end

return M
