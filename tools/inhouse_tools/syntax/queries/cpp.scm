; name: cpp
; files: *.cpp *.cc *.cxx *.hpp *.hh *.hxx *.h *.inl *.ipp *.tpp *.cu *.cuh *.metal *.ino
; family: c
; macros: yes

(function_definition declarator: [
  (function_declarator declarator: (_) @name)
  (pointer_declarator declarator: (function_declarator declarator: (_) @name))
  (pointer_declarator declarator: (pointer_declarator
    declarator: (function_declarator declarator: (_) @name)))
  (reference_declarator (function_declarator declarator: (_) @name))
] (#not-match? @name "^[(]")) @symbol.function
(declaration type: (_) declarator: [
  (function_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  (pointer_declarator declarator: (pointer_declarator
    declarator: (function_declarator declarator: (identifier) @name)))
  (reference_declarator (function_declarator declarator: (identifier) @name))
]) @symbol.declaration
(field_declaration type: (_) declarator: [
  (function_declarator declarator: (field_identifier) @name)
  (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))
  (pointer_declarator declarator: (pointer_declarator
    declarator: (function_declarator declarator: (field_identifier) @name)))
  (reference_declarator (function_declarator declarator: (field_identifier) @name))
]) @symbol.declaration
(class_specifier name: (_) @name body: (_)) @symbol.class
(struct_specifier name: (_) @name body: (_)) @symbol.struct
(union_specifier name: (_) @name body: (_)) @symbol.struct
(enum_specifier name: (_) @name body: (_)) @symbol.enum
(namespace_definition name: (_) @name) @symbol.module
(type_definition declarator: (type_identifier) @name) @symbol.type
(alias_declaration name: (type_identifier) @name) @symbol.type
(concept_definition name: (identifier) @name) @symbol.type
(preproc_def name: (identifier) @name) @symbol.macro
(preproc_function_def name: (identifier) @name) @symbol.macro
([
  (translation_unit (declaration declarator: (init_declarator declarator: (_) @name)) @symbol.constant)
  (declaration_list (declaration declarator: (init_declarator declarator: (_) @name)) @symbol.constant)
] (#match? @name "^[\\w:]+$"))
([
  (translation_unit (declaration declarator: (init_declarator declarator: [
    (array_declarator declarator: (_) @name)
    (pointer_declarator declarator: (_) @name)
  ])) @symbol.constant)
  (declaration_list (declaration declarator: (init_declarator declarator: [
    (array_declarator declarator: (_) @name)
    (pointer_declarator declarator: (_) @name)
  ])) @symbol.constant)
] (#match? @name "^[\\w:]+$"))
(template_declaration (function_definition
  declarator: (function_declarator declarator: (_) @name))) @outer
(template_declaration (_ name: (_) @name)) @outer

(preproc_include path: (_) @module) @import

(comment) @comment
[(string_literal) (raw_string_literal)] @string
[(identifier) (type_identifier) (field_identifier) (namespace_identifier)] @identifier
