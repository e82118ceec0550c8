-- Gives every formula in a PDF its TeX source as alternative text, and labeled ones a number.
-- PDF/UA requires the former; Pandoc's Typst writer gives neither.

local function quoted(words)
  words = words:gsub("%s+", " "):gsub("\\", "\\\\"):gsub('"', '\\"')
  return '"' .. words:match("^%s*(.-)%s*$") .. '"'
end

local function equation(math, label)
  local source = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), "typst")
  source = source:gsub("%s+$", "")
  local block = math.mathtype == "DisplayMath" and "true" or "false"
  local numbering = label and ", numbering: equation-numbering" or ""
  return pandoc.RawInline("typst", "#math.equation(block: " .. block .. numbering
    .. ", alt: " .. quoted(math.text) .. ", " .. source .. ".body)" .. (label and "<" .. label .. ">" or ""))
end

traverse = "topdown"

function Span(span)
  if span.identifier:match("^eq%-") and #span.content == 1 and span.content[1].t == "Math" then
    return equation(span.content[1], span.identifier), false
  end
end

function Math(math)
  return equation(math)
end
