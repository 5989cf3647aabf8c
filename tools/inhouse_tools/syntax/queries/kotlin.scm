; name: kotlin
; files: *.kt *.kts

(class_declaration "interface" name: (identifier) @name (class_body)? @body) @symbol.interface
(class_declaration name: (identifier) @name (enum_class_body) @body) @symbol.enum
(class_declaration name: (identifier) @name (class_body)? @body) @symbol.class
(object_declaration name: (identifier) @name (class_body)? @body) @symbol.object
(companion_object name: (identifier) @name (class_body)? @body) @symbol.object
(function_declaration (user_type (identifier) @owner) . name: (identifier) @name
  (function_body)? @body) @symbol.method
(function_declaration name: (identifier) @name (function_body)? @body) @symbol.function
(secondary_constructor "constructor" @name (block)? @body) @symbol.function
(type_alias type: (identifier) @name) @symbol.type
(source_file (property_declaration (variable_declaration . (identifier) @name)) @symbol.constant)
(class_body (property_declaration (variable_declaration . (identifier) @name)) @symbol.field)

(import (qualified_identifier) @module) @import

(package_header) @opening
(annotation) @attached
[(string_literal) (multiline_string_literal)] @string
[(line_comment) (block_comment)] @comment
(identifier) @identifier
