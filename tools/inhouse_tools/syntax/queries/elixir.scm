; name: elixir
; files: *.ex *.exs
; clauses: yes

(call
  target: (identifier) @_keyword
  (arguments . (alias) @owner . (keywords (pair value: (alias) @name)))
  (#eq? @_keyword "defimpl")) @symbol.module
(call
  target: (identifier) @_keyword
  (arguments . (alias) @name)
  (#any-of? @_keyword "defmodule" "defprotocol")) @symbol.module
(call
  target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name) operator: "when")
  ])
  (do_block)? @body
  (#any-of? @_keyword
    "def" "defp" "defdelegate" "defmacro" "defmacrop" "defguard" "defguardp")) @symbol.function
(call
  target: (identifier) @_keyword
  (arguments . (string (quoted_content) @name))
  (do_block) @body
  (#any-of? @_keyword "test" "describe")) @symbol.test
(unary_operator operator: "@" operand: (call
  target: (identifier) @_keyword
  (arguments . (binary_operator left: [
    (identifier) @name
    (call target: (identifier) @name)
  ] operator: "::"))
  (#any-of? @_keyword "type" "typep" "opaque"))) @symbol.type
(unary_operator operator: "@" operand: (call
  target: (identifier) @name
  (#not-match? @name "^(\\w*doc|spec|impl|\\w*tag|typep?|opaque|(macro)?callback|behaviour|derive|deprecated|dialyzer|enforce_keys|compile|external_resource|before_compile|after_compile|on_load|on_definition)$"))) @symbol.constant
(unary_operator operator: "@" operand: (call
  target: (identifier) @_keyword
  (arguments . (binary_operator left: (call target: (identifier) @name) operator: "::"))
  (#any-of? @_keyword "callback" "macrocallback"))) @symbol.function

(call
  target: (identifier) @_keyword
  (arguments . [
    (alias) @module
    (dot left: (alias) @module)
  ])
  (#any-of? @_keyword "alias" "import" "require" "use")) @import

(unary_operator operator: "@" operand: (call
  target: (identifier) @_keyword
  (#any-of? @_keyword "doc" "spec" "impl" "deprecated" "typedoc" "tag"))) @attached
[(string) (sigil) (charlist)] @string
(comment) @comment
(identifier) @identifier
(alias) @identifiers
