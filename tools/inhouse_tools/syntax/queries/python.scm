; name: python
; files: *.py *.pyi
; certain: yes

(function_definition name: (identifier) @name) @symbol.function
(class_definition name: (identifier) @name) @symbol.class
(decorated_definition definition: (_ name: (identifier) @name)) @outer
(module (expression_statement (assignment left: (identifier) @name)) @symbol.constant)
(module (type_alias_statement left: (type (identifier) @name)) @symbol.type)

(import_statement name: [
  (dotted_name) @module
  (aliased_import name: (dotted_name) @module)
]) @import
(import_from_statement module_name: (_) @module) @import
(future_import_statement) @import

(module (expression_statement . (string) .) @opening)
(expression_statement . (string) @docstring .)
(string) @string
(comment) @comment
(identifier) @identifier
