; name: haskell
; files: *.hs
; clauses: yes

(class name: (_) @name) @symbol.class
(data_type name: (_) @name) @symbol.type
(newtype name: (_) @name) @symbol.type
(type_family name: (_) @name) @symbol.type
(type_synonym name: (_) @name) @symbol.type
(instance patterns: (type_patterns [
  (name) @name
  (parens (apply . (name) @name))
  (list) @name
])) @symbol.scope
(_ [
  (signature name: [(variable) @name (prefix_id (_) @name)])
  (function name: [(variable) @name (prefix_id (_) @name)] match: (_) @body)
  (function (infix operator: (_) @name) match: (_) @body)
] @symbol.function)
(declarations (bind name: (variable) @name match: (_) @body) @symbol.function)
(instance_declarations (bind name: (variable) @name match: (_) @body) @symbol.function)

(import module: (module) @module) @import

[(pragma) (header)] @opening
(string) @string
[(comment) (haddock)] @comment
[(variable) (name) (constructor)] @identifier
