-- For LaTeX alone: _quarto-latex.yml.
-- Latin Modern, the font of LaTeX, has neither all figures above the line nor Greek letters; what it
-- lacks would be left out without a word. TeX sets both itself. And of some signs it makes others:
-- straight quotation marks are bent, two commas or angle brackets are drawn as one quotation mark.
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

-- What TeX sets, or keeps apart from the same sign before it; nil for other letters.
local function by_tex(letter, last)
  if greek[letter] then
    return pandoc.Math("InlineMath", "\\" .. greek[letter])
  elseif straight[letter] then
    return pandoc.RawInline("latex", straight[letter])
  elseif joined[letter] and letter == last then
    return pandoc.RawInline("latex", "{\\kern0pt}" .. joined[letter])
  end
end

function Str(str)
  local found = pandoc.Inlines({})
  local kind, text, last = nil, "", nil
  local function close()
    if text ~= "" then
      found:insert(kind == "above" and pandoc.Superscript(text) or pandoc.Str(text))
    end
    text = ""
  end
  for _, code in utf8.codes(str.text) do
    local letter = utf8.char(code)
    local inline = by_tex(letter, last)
    local new = inline and "by TeX" or above[letter] and "above" or "plain"
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
