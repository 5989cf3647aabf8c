; name: make
; files: Makefile makefile GNUmakefile *.mk *.mak

(rule (targets (word) @name) (#not-match? @name "^[.]")) @symbol.rule
(variable_assignment name: (word) @name) @symbol.constant
(define_directive name: (word) @name) @symbol.macro

(include_directive filenames: (list (word) @module)) @import

(comment) @comment
(targets (word) @identifier)
(prerequisites (word) @identifier)
(variable_assignment name: (word) @identifier)
(define_directive name: (word) @identifier)
(variable_reference (word) @identifier)
