--- Text of models and programs: made safe, cut into lines, checked.
local M = {}

-- What follows ESC in the orders that terminals take.
local ORDERS = { "\27%[[%d;:?<=>]*[ -/]*[@-~]", "\27%][^\7\27]*\7", "\27%][^\7\27]*\27\\" }

--- The text without control characters, orders to a terminal, and characters that turn the
--- direction of writing. Tabs and ends of lines stay.
function M.clean(text)
  text = text:gsub("\r\n", "\n")
  for _, order in ipairs(ORDERS) do
    text = text:gsub(order, "")
  end
  text = text:gsub("[%z\1-\8\11-\31\127]", "")
  if text:find("[\194\226\239\243]") then
    text = text:gsub("\194[\128-\159\173]", ""):gsub("\239\187\191", "")
    text = text:gsub("\226\128[\139-\143\168-\174]", "")
    text = text:gsub("\226\129[\160-\175]", "")
    text = text:gsub("\243\160[\128-\129][\128-\191]", "")
  end
  return text
end

--- The same for one line: ends of lines become spaces.
function M.clean_line(text)
  return (M.clean(text):gsub("[\n\t]+", " "))
end

--- A text as a list of lines; at least one.
function M.lines(text)
  return vim.split(text, "\n", { plain = true })
end

--- The lines of a text that ends every line, without an empty one at the end.
function M.whole_lines(text)
  local lines = M.lines(text)
  if lines[#lines] == "" then
    lines[#lines] = nil
  end
  return lines
end

--- The first part of a line that takes at most `width` columns, with an ellipsis where it was cut.
function M.shorten(line, width)
  if vim.fn.strdisplaywidth(line) <= width then
    return line
  end
  local low, high = 0, vim.fn.strchars(line)
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if vim.fn.strdisplaywidth(vim.fn.strcharpart(line, 0, middle)) <= width - 1 then
      low = middle
    else
      high = middle - 1
    end
  end
  return vim.fn.strcharpart(line, 0, low) .. "…"
end

--- A number with its thousands apart.
function M.number(value)
  local digits = ("%d"):format(value)
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

--- A number of tokens in few characters.
function M.count(value)
  if value < 1000 then
    return ("%d"):format(value)
  end
  return ("%.1fk"):format(value / 1000)
end

--- "1 line", "2 lines".
function M.plural(count, noun)
  return ("%s %s%s"):format(M.number(count), noun, count == 1 and "" or "s")
end

--- Whether the bytes are UTF-8: only such text can go into JSON.
function M.is_utf8(text)
  local at = text:find("[\128-\255]")
  while at do
    local byte = text:byte(at)
    local length = byte >= 0xF0 and byte < 0xF5 and 4 or byte >= 0xE0 and 3 or byte >= 0xC2 and 2
    if not length or byte >= 0xF5 then
      return false
    end
    local whole = text:find("^" .. ("[\128-\191]"):rep(length - 1), at + 1)
    local surrogate = byte == 0xED and text:byte(at + 1) > 0x9F
    if not whole or surrogate then
      return false
    end
    at = text:find("[\128-\255]", at + length)
  end
  return true
end

--- The text of a buffer as it would be written, with "\n" between the lines.
function M.of_buffer(buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  for place, line in ipairs(lines) do
    -- Neovim gives NUL as the end of a line.
    lines[place] = line:gsub("\n", "\0")
  end
  local text = table.concat(lines, "\n")
  local ends = vim.bo[buffer].endofline or vim.bo[buffer].fixendofline
  return ends and text .. "\n" or text
end

return M
