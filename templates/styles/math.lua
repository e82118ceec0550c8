-- Gives every formula in a PDF its TeX source as alternative text, which PDF/UA requires and Pandoc's
-- Typst writer leaves out. Runs in Quarto, behind its own filters, and in the built-in renderer, where
-- it numbers labeled formulas as well.

local function quoted(words)
  words = words:gsub("%s+", " "):gsub("\\", "\\\\"):gsub('"', '\\"')
  return '"' .. words:match("^%s*(.-)%s*$") .. '"'
end

local function written(math)
  -- Pandoc takes bars for signs with space around them, and large parentheses for enlarged text.
  local text = math.text:gsub("\\[bB]igg?([lr])%f[%A]", { l = "\\left", r = "\\right" })
  text = text:gsub("\\lvert%f[%A]", "\\left|"):gsub("\\rvert%f[%A]", "\\right|")
  if select(2, text:gsub("\\left", "")) == select(2, text:gsub("\\right", "")) then
    math = pandoc.Math(math.mathtype, text)
  end
  local source = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), "typst")
  -- Pandoc takes an operator for text, which Typst sets apart from its parentheses, and \\! for a
  -- space as wide as a letter.
  source = source:gsub("#h%(%-1em%)%s*", ""):gsub('"(%a+)"', 'op("%1")')
  return (source:gsub('upright%(op%((".-")%)%)', "upright(%1)"):gsub("%s+$", ""))
end

local function equation(math, label)
  local source = written(math)
  local block = math.mathtype == "DisplayMath" and "true" or "false"
  local numbering = label and ", numbering: equation-numbering" or ""
  return pandoc.RawInline("typst", "#math.equation(block: " .. block .. numbering
    .. ", alt: " .. quoted(math.text) .. ", " .. source .. ".body)" .. (label and "<" .. label .. ">" or ""))
end

local function Span(span)
  if span.identifier:match("^eq%-") and #span.content == 1 and span.content[1].t == "Math" then
    return equation(span.content[1], span.identifier)
  end
end

-- A labeled formula as Quarto has written it: "#math.equation(…, [ ", the formula, " ])<eq-…>".
local function Inlines(inlines)
  for i, inline in ipairs(inlines) do
    local before = inlines[i - 1]
    if inline.t == "Math" and before and before.t == "RawInline"
        and before.text:match("^#math%.equation%(.*, %[ $") then
      local alt = ", alt: " .. quoted(inline.text):gsub("%%", "%%%%") .. ", [ "
      before.text = before.text:gsub(", %[ $", alt)
      inlines[i] = pandoc.RawInline("typst", written(inline))
    end
  end
  return inlines
end

-- Labeled formulas first. Only Quarto writes some of them as lists, all of which would be looked at.
return { { Span = Span }, quarto and { Inlines = Inlines } or {}, { Math = equation } }
