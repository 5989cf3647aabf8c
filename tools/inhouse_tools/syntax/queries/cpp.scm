(function_definition declarator: [
  (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name)
  (pointer_declarator declarator: (function_declarator
    declarator: [(identifier) (field_identifier)] @name))
  (reference_declarator (function_declarator
    declarator: [(identifier) (field_identifier) (operator_name)] @name))
]) @symbol.function
(function_definition declarator: [
  (function_declarator declarator: (qualified_identifier scope: (_) @owner name: (_) @name))
  (pointer_declarator declarator: (function_declarator
    declarator: (qualified_identifier scope: (_) @owner name: (_) @name)))
  (reference_declarator (function_declarator
    declarator: (qualified_identifier scope: (_) @owner name: (_) @name)))
]) @symbol.method
(class_specifier name: (type_identifier) @name body: (_)) @symbol.class
(struct_specifier name: (type_identifier) @name body: (_)) @symbol.struct
(union_specifier name: (type_identifier) @name body: (_)) @symbol.struct
(enum_specifier name: (type_identifier) @name body: (_)) @symbol.enum
(namespace_definition name: (namespace_identifier) @name) @symbol.module
(type_definition declarator: (type_identifier) @name) @symbol.type
(preproc_def name: (identifier) @name) @symbol.macro
(preproc_function_def name: (identifier) @name) @symbol.macro
(translation_unit (declaration
  declarator: (init_declarator declarator: (identifier) @name)) @symbol.constant)
(template_declaration (function_definition
  declarator: (function_declarator declarator: (identifier) @name))) @outer
(template_declaration (_ name: (type_identifier) @name)) @outer
[(identifier) (type_identifier) (field_identifier) (namespace_identifier)] @identifier
