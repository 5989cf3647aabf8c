; name: dockerfile
; files: Dockerfile Dockerfile.* *.dockerfile Containerfile Containerfile.*
; data: yes

(from_instruction as: (image_alias) @name) @symbol.stage @level.1
(from_instruction (image_spec) @name !as) @symbol.stage @level.1
(arg_instruction name: (_) @name) @symbol.constant
(env_pair name: (_) @name) @symbol.constant

(from_instruction (image_spec) @module)

(heredoc_block) @string
(comment) @comment
[(variable) (image_name) (image_alias)] @identifier
(arg_instruction name: (_) @identifier)
(env_pair name: (_) @identifier)
