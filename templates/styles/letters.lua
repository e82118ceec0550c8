-- For LaTeX alone: _quarto-latex.yml.
-- Latin Modern, the font of LaTeX, has neither all figures above the line nor Greek letters; what it
-- lacks would be left out without a word. TeX sets both itself.
local above = {
  ["⁻"] = "−", ["⁰"] = "0", ["¹"] = "1", ["²"] = "2", ["³"] = "3", ["⁴"] = "4",
  ["⁵"] = "5", ["⁶"] = "6", ["⁷"] = "7", ["⁸"] = "8", ["⁹"] = "9",
}
local greek = {
  ["α"] = "alpha", ["β"] = "beta", ["γ"] = "gamma", ["δ"] = "delta", ["Δ"] = "Delta",
  ["ε"] = "varepsilon", ["η"] = "eta", ["θ"] = "theta", ["λ"] = "lambda", ["μ"] = "mu",
  ["π"] = "pi", ["ρ"] = "rho", ["σ"] = "sigma", ["Σ"] = "Sigma", ["τ"] = "tau",
}

function Str(str)
  local found = pandoc.Inlines({})
  local kind, text = nil, ""
  local function close()
    if text ~= "" then
      found:insert(kind == "above" and pandoc.Superscript(text) or pandoc.Str(text))
    end
    text = ""
  end
  for _, code in utf8.codes(str.text) do
    local letter = utf8.char(code)
    local new = above[letter] and "above" or greek[letter] and "greek" or "plain"
    if new ~= kind then
      close()
      kind = new
    end
    if new == "greek" then
      found:insert(pandoc.Math("InlineMath", "\\" .. greek[letter]))
    else
      text = text .. (above[letter] or letter)
    end
  end
  close()
  return found
end
