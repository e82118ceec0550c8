-- For LaTeX alone: _quarto-latex.yml; latex.tex has the commands.
-- Letters that the main font may lack would be left out without a word. Figures above the line and
-- Greek letters TeX sets itself; other scripts come from other fonts. And of some signs TeX makes
-- others: straight quotation marks are bent, two commas or angle brackets are drawn as one quotation
-- mark, a name such as CIFAR-10 is broken at its hyphen.
local above = {
  ["⁻"] = "−", ["⁰"] = "0", ["¹"] = "1", ["²"] = "2", ["³"] = "3", ["⁴"] = "4",
  ["⁵"] = "5", ["⁶"] = "6", ["⁷"] = "7", ["⁸"] = "8", ["⁹"] = "9",
}
local greek = {
  ["α"] = "alpha", ["β"] = "beta", ["γ"] = "gamma", ["δ"] = "delta", ["Δ"] = "Delta",
  ["ε"] = "varepsilon", ["η"] = "eta", ["θ"] = "theta", ["λ"] = "lambda", ["μ"] = "mu",
  ["π"] = "pi", ["ρ"] = "rho", ["σ"] = "sigma", ["Σ"] = "Sigma", ["τ"] = "tau",
}
local straight = { ['"'] = "\\textquotedbl{}", ["`"] = "\\textasciigrave{}" }
local joined = { ["<"] = "\\textless{}", [">"] = "\\textgreater{}", [","] = "," }

-- First letter of a range, and the command that sets its letters; nil: the main font.
local scripts = {
  { 0x250, "\\otherletters" }, { 0x2000, nil },
  { 0x2190, "\\otherletters" }, { 0x2212, nil }, { 0x2213, "\\otherletters" },
  { 0x2E80, "\\chineseletters" }, { 0xA4D0, "\\otherletters" }, { 0xAC00, "\\chineseletters" },
  { 0xD7B0, "\\otherletters" }, { 0xF900, "\\chineseletters" }, { 0xFB00, "\\otherletters" },
  { 0xFE30, "\\chineseletters" }, { 0xFE70, "\\otherletters" }, { 0xFF00, "\\chineseletters" },
  { 0xFFF0, nil }, { 0x10000, "\\otherletters" }, { 0x20000, "\\chineseletters" },
}

local function script(code)
  local found = nil
  for _, range in ipairs(scripts) do
    if code < range[1] then
      break
    end
    found = range[2]
  end
  return found
end

-- What TeX sets, or keeps apart from the same sign before it; nil for other letters.
local function by_tex(letter, last, following)
  if greek[letter] then
    return pandoc.Math("InlineMath", "\\" .. greek[letter])
  elseif straight[letter] then
    return pandoc.RawInline("latex", straight[letter])
  elseif letter == "-" and last and last:match("%a") and following:match("^%d") then
    return pandoc.RawInline("latex", "\\mbox{-}")
  elseif joined[letter] and letter == last then
    return pandoc.RawInline("latex", "{\\kern0pt}" .. joined[letter])
  end
end

-- A line may break between letters of a script that has no spaces.
local function from_font(command, text)
  if command == "\\chineseletters" then
    text = text:gsub(utf8.charpattern, "%0\\allowbreak{}")
  end
  return pandoc.RawInline("latex", command .. "{" .. text .. "}")
end

function Str(str)
  local found = pandoc.Inlines({})
  local kind, text, last = nil, "", nil
  local function close()
    if text ~= "" and kind == "above" then
      found:insert(pandoc.Superscript(text))
    elseif text ~= "" then
      found:insert(kind == "plain" and pandoc.Str(text) or from_font(kind, text))
    end
    text = ""
  end
  for place, code in utf8.codes(str.text) do
    local letter = utf8.char(code)
    local inline = by_tex(letter, last, str.text:sub(place + #letter))
    local new = inline and "by TeX" or above[letter] and "above" or script(code) or "plain"
    if new ~= kind then
      close()
      kind = new
    end
    if inline then
      found:insert(inline)
    else
      text = text .. (above[letter] or letter)
    end
    last = letter
  end
  close()
  return found
end

-- A path may break behind its separators.
function Code(code)
  local found = pandoc.Inlines({})
  for part in code.text:gmatch("[^/_]*[/_]?") do
    if part ~= "" then
      found:insert(pandoc.Code(part, code.attr))
      found:insert(pandoc.RawInline("latex", "\\allowbreak{}"))
    end
  end
  return #found > 2 and found or nil
end

-- On paper the chapters are one file.
function Link(link)
  local place = link.target:match("%.qmd(#.+)$")
  if place then
    link.target = place
    return link
  end
end

function Header(header)
  if header.identifier == "sec-references" then
    return { pandoc.RawBlock("latex", "\\backpages"), header }
  end
end

-- A word longer than its column breaks anywhere.
local function breakable(str)
  if utf8.len(str.text) >= 18 then
    local letters = pandoc.Inlines({})
    for letter in str.text:gmatch(utf8.charpattern) do
      letters:insert(pandoc.Str(letter))
      letters:insert(pandoc.RawInline("latex", "\\allowbreak{}"))
    end
    return letters
  end
end

function Table(table)
  for _, row in ipairs(table.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.contents = cell.contents:walk({
        Plain = function(plain)
          return pandoc.Plain({ pandoc.Strong(plain.content) })
        end
      })
    end
  end
  return table:walk({ Str = breakable })
end

-- The cover stands in the first chapter and is shown on the title page; a title breaks at its colon.
function Pandoc(doc)
  doc.blocks = doc.blocks:walk({
    Div = function(div)
      if div.classes:includes("cover") then
        doc.meta["include-before"] = pandoc.MetaBlocks(div.content)
        return {}
      end
    end
  })
  if pandoc.utils.type(doc.meta.title) == "Inlines" then
    for i, inline in ipairs(doc.meta.title) do
      local after = doc.meta.title[i + 1]
      if inline.t == "Str" and inline.text:match(":$") and after and after.t == "Space" then
        doc.meta.title[i + 1] = pandoc.LineBreak()
      end
    end
  end
  return doc
end
