(rule_set (selectors) @name) @symbol.rule
