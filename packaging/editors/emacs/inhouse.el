;;; inhouse.el --- A coding agent that runs on your own machine  -*- lexical-binding: t; -*-

;; Copyright 2026 the authors of inhouse

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: tools, convenience, languages
;; URL: https://pypi.org/project/inhouse/
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Everything is done by the command `inhouse', which has to be installed.
;;
;; `inhouse-edit-region'  changes the region; you see a diff and take it or leave it
;; `inhouse-ask', `inhouse-explain'  answer in a buffer
;; `inhouse-review'       lists problems of the uncommitted change, for `next-error'
;; `inhouse-complete'     proposes code at point; `inhouse-completion-mode' does so by itself
;; `inhouse-chat'         a conversation with the agent (Agent Client Protocol)
;;
;; `inhouse-mode' binds them behind C-c *.

;;; Code:

(require 'cl-lib)
(require 'compile)
(require 'diff-mode)
(require 'json)
(require 'seq)
(require 'subr-x)
(require 'url-util)

(defgroup inhouse nil
  "A coding agent that runs on your own machine."
  :group 'tools
  :prefix "inhouse-")

(defcustom inhouse-command '("inhouse")
  "The command, with words that come before all others."
  :type '(repeat string))

(defcustom inhouse-model nil
  "The model that answers; nil means: as the settings of inhouse say."
  :type '(choice (const :tag "As the settings say" nil) string))

(defcustom inhouse-endpoint nil
  "The address of an OpenAI-shaped server that answers instead; nil for none."
  :type '(choice (const :tag "The engine of inhouse" nil) string))

(defcustom inhouse-chat-mode-id "ask"
  "The mode of new conversations: what is done unasked."
  :type '(choice (const "plan") (const "ask") (const "auto-edit") (const "yolo")))

(defcustom inhouse-completion-delay 0.2
  "Seconds without a key after which `inhouse-completion-mode' proposes code."
  :type 'number)

(defcustom inhouse-completion-budget 1500
  "Milliseconds after which a completion is given as far as it is written."
  :type 'integer)

(defcustom inhouse-completion-candidates 1
  "So many different texts are asked for."
  :type 'integer)

(defcustom inhouse-completion-characters '(20000 . 5000)
  "How many characters before and after point a completion may see."
  :type '(cons integer integer))

(defface inhouse-ghost '((t :inherit shadow))
  "Proposed code that is not in the buffer yet.")

(defface inhouse-prompt '((t :inherit minibuffer-prompt))
  "The prompt of a conversation.")

(defface inhouse-thought '((t :inherit shadow :slant italic))
  "What the model thinks, and notices.")

(defface inhouse-call '((t :inherit font-lock-function-name-face))
  "Calls of tools.")

;;;; The command

(defun inhouse--program (command &rest words)
  "The command line of COMMAND with WORDS and the options that all have."
  (append inhouse-command (list command)
          (and inhouse-model (list "-m" inhouse-model))
          (and inhouse-endpoint (list "--endpoint" inhouse-endpoint))
          (delq nil words)))

(defun inhouse--root ()
  "The folder of the project, or else the current one."
  (when (file-remote-p default-directory)
    (user-error "Inhouse works on files of this machine"))
  (expand-file-name (or (locate-dominating-file default-directory ".git")
                        default-directory)))

(defun inhouse--visible (text)
  "TEXT with characters that would reorder or hide it made visible."
  (replace-regexp-in-string
   "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000E0000-\U000E007F]"
   (lambda (character) (format "\\u%04x" (aref character 0)))
   (replace-regexp-in-string "\r\n?" "\n" text) t t))

(defun inhouse--plain (text)
  "TEXT without bytes that are no characters, which JSON cannot hold."
  (replace-regexp-in-string "[\x3fff80-\x3fffff]" "\ufffd" (substring-no-properties text)))

(defun inhouse--encode (value)
  "VALUE as one line of JSON in UTF-8."
  (let ((text (json-serialize value :null-object :null :false-object :false)))
    (concat (if (multibyte-string-p text) (encode-coding-string text 'utf-8 t) text) "\n")))

(defun inhouse--decode (line)
  "The value of a LINE of JSON, bytes; nil when it is none."
  (condition-case nil
      (json-parse-string (decode-coding-string line 'utf-8 t)
                         :object-type 'alist :array-type 'list
                         :null-object nil :false-object nil)
    (error nil)))

(defun inhouse--start (name program on-line on-end)
  "Start PROGRAM called NAME, which answers in lines of JSON.
ON-LINE takes each value, ON-END what it complained about once it has ended."
  (let* ((buffer (generate-new-buffer (format " *%s*" name)))
         (errors (generate-new-buffer (format " *%s errors*" name)))
         (process
          (condition-case problem
              (make-process
               :name name :command program :connection-type 'pipe :noquery t
               :coding 'binary :buffer buffer :stderr errors
               :filter (lambda (process bytes) (inhouse--take process bytes on-line))
               :sentinel (lambda (process _event)
                           (unless (process-live-p process)
                             (inhouse--ended process errors on-end))))
            (error
             (kill-buffer buffer)
             (inhouse--discard errors)
             (user-error "%s cannot be started: %s" (car program)
                         (error-message-string problem))))))
    (with-current-buffer buffer (set-buffer-multibyte nil))
    (set-process-sentinel (get-buffer-process errors) #'ignore)
    process))

(defun inhouse--send (process value)
  "Send VALUE to PROCESS as a line of JSON, if it is still there."
  ;; That it has ended is told when its end is noticed.
  (ignore-errors (process-send-string process (inhouse--encode value))))

(defun inhouse--take (process bytes on-line)
  "Add BYTES to what PROCESS has written and give whole lines to ON-LINE."
  (when (buffer-live-p (process-buffer process))
    (let (lines)
      (with-current-buffer (process-buffer process)
        (let ((new (point-max)))
          (goto-char new)
          (insert bytes)
          (goto-char new)
          (while (search-forward "\n" nil t)
            (push (buffer-substring-no-properties (point-min) (1- (point))) lines)
            (delete-region (point-min) (point)))))
      (dolist (line (nreverse lines))
        (unless (string-empty-p line)
          (funcall on-line (inhouse--decode line)))))))

(defun inhouse--discard (errors)
  "Kill the buffer ERRORS with the process that fills it."
  (when (buffer-live-p errors)
    (let ((process (get-buffer-process errors)) kill-buffer-query-functions)
      (when process (delete-process process))
      (kill-buffer errors))))

(defun inhouse--ended (process errors on-end)
  "PROCESS is over: read ERRORS, clean up, and tell ON-END."
  (let ((complaint (inhouse--complaint errors)) kill-buffer-query-functions)
    (inhouse--discard errors)
    (kill-buffer (process-buffer process))
    (funcall on-end complaint)))

(defun inhouse--complaint (errors)
  "The last line of the buffer ERRORS that is no remark."
  (let ((pipe (get-buffer-process errors)))
    ;; What was written last may still be on its way.
    (while (and pipe (accept-process-output pipe 0.05))))
  (with-current-buffer errors
    (let* ((text (decode-coding-string (buffer-string) 'utf-8 t))
           (lines (cl-remove-if (lambda (line)
                                  (string-match-p "\\`\\(?:note\\|denied\\): " line))
                                (split-string text "\n" t))))
      (inhouse--visible (string-remove-prefix "inhouse: " (or (car (last lines)) ""))))))

(defvar-local inhouse--running nil
  "The process that works for this buffer.")

(defun inhouse--run (program input then)
  "Run PROGRAM with the text INPUT; THEN takes its output when it succeeded.
What went wrong is shown as a message."
  (let* ((output (generate-new-buffer " *inhouse output*"))
         (errors (generate-new-buffer " *inhouse errors*"))
         (here (current-buffer))
         (process
          (condition-case problem
              (make-process :name "inhouse" :command program :connection-type 'pipe
                            :noquery t :coding 'utf-8-unix :buffer output :stderr errors
                            :sentinel (lambda (process _event)
                                        (unless (process-live-p process)
                                          (inhouse--finish process here errors then))))
            (error
             (kill-buffer output)
             (inhouse--discard errors)
             (user-error "%s cannot be started: %s" (car program)
                         (error-message-string problem))))))
    (set-process-sentinel (get-buffer-process errors) #'ignore)
    (setq inhouse--running process)
    ;; Why it ended before it had read this is told when its end is noticed.
    (ignore-errors
      (process-send-string process (or input ""))
      (process-send-eof process))
    (message "inhouse: working (%s ends it)"
             (substitute-command-keys "\\[inhouse-cancel]"))
    process))

(defun inhouse--finish (process here errors then)
  "PROCESS, started in buffer HERE, is over.
Give its output to THEN, or say what is in the buffer ERRORS."
  (let ((complaint (inhouse--complaint errors))
        (text (with-current-buffer (process-buffer process) (buffer-string)))
        kill-buffer-query-functions)
    (kill-buffer (process-buffer process))
    (inhouse--discard errors)
    (when (buffer-live-p here)
      (with-current-buffer here
        (when (eq inhouse--running process) (setq inhouse--running nil))))
    (cond ((process-get process 'inhouse-cancelled) (message "inhouse: ended"))
          ((zerop (process-exit-status process))
           (message nil)
           (funcall then text))
          (t (message "inhouse: %s" (if (string-empty-p complaint)
                                        (format "it ended with code %s"
                                                (process-exit-status process))
                                      complaint))))))

;;;###autoload
(defun inhouse-cancel ()
  "End what inhouse does for this buffer."
  (interactive)
  (if (not (process-live-p inhouse--running))
      (user-error "Inhouse does nothing for this buffer")
    (process-put inhouse--running 'inhouse-cancelled t)
    (interrupt-process inhouse--running)))

(defun inhouse--lines (begin end)
  "The lines that BEGIN to END touch, as \"FIRST-LAST\"."
  (let ((last (if (and (> end begin) (eq (char-before end) ?\n)) (1- end) end)))
    (format "%d-%d" (line-number-at-pos begin t) (line-number-at-pos last t))))

(defun inhouse--whole-text ()
  "The text of the buffer, also where it is narrowed."
  (save-restriction
    (widen)
    (inhouse--plain (buffer-substring-no-properties (point-min) (point-max)))))

;;;; Changing a region

(defvar-local inhouse--change nil
  "What the diff in this buffer would change: (BEGIN END OLD NEW).")

(defvar inhouse-diff-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'inhouse-accept)
    (define-key map (kbd "C-c C-k") #'inhouse-reject)
    map)
  "Keys of `inhouse-diff-mode'.")

(define-derived-mode inhouse-diff-mode diff-mode "Inhouse-Diff"
  "A change that inhouse proposes: \\[inhouse-accept] takes it, \\[inhouse-reject] does not."
  (setq buffer-read-only t)
  (setq header-line-format
        (substitute-command-keys
         (concat "\\<inhouse-diff-mode-map>"
                 "\\[inhouse-accept] takes the change, \\[inhouse-reject] leaves it"))))

;;;###autoload
(defun inhouse-edit-region (begin end instruction)
  "Have the lines from BEGIN to END changed by an INSTRUCTION.
The change is shown as a diff first; the buffer stays as it is
until you take it."
  (interactive
   (if (use-region-p)
       (list (region-beginning) (region-end) (read-string "Change the region: "))
     (list (line-beginning-position) (line-end-position)
           (read-string "Change this line: "))))
  (barf-if-buffer-read-only)
  (when (string-blank-p instruction) (user-error "Say what is to be changed"))
  (let* ((begin (copy-marker (save-excursion (goto-char begin) (line-beginning-position))))
         (end (copy-marker (save-excursion
                             (goto-char end)
                             (if (and (bolp) (> end begin)) end (line-beginning-position 2)))))
         (old (buffer-substring-no-properties begin end))
         (name (and buffer-file-name (file-relative-name buffer-file-name (inhouse--root))))
         (default-directory (inhouse--root))
         (here (current-buffer))
         (whole (inhouse--whole-text))
         (around (and name (cons (1- begin) (- (length whole) (1- begin) (length old)))))
         (place (and name (format "%s:%s" name (inhouse--lines begin end)))))
    (inhouse--run
     (inhouse--program "edit" "-q" "--json" "--" place instruction)
     (if name whole (inhouse--plain old))
     (lambda (output)
       (inhouse--propose here (list begin end old)
                         (inhouse--decode (encode-coding-string output 'utf-8 t))
                         ;; All lines of a buffer come back as they are, like a selection.
                         (if (string= old whole) nil around))))))

(defun inhouse--propose (here change answer around)
  "Show ANSWER as a diff for CHANGE, (BEGIN END OLD), in the buffer HERE.
Of the answer so many characters are left out at both ends as AROUND says."
  (let ((text (alist-get 'text answer)))
    (cond
     ((not (buffer-live-p here)) (message "inhouse: the buffer is gone"))
     ((not (alist-get 'changed answer)) (message "inhouse: nothing had to be changed"))
     (t
      (when around
        (setq text (substring text (car around)
                              (max (car around) (- (length text) (cdr around))))))
      (inhouse--show-diff (append change (list text)) (alist-get 'diff answer))))))

(defun inhouse--show-diff (change diff)
  "Show DIFF, and remember the CHANGE that it means."
  (with-current-buffer (get-buffer-create "*inhouse edit*")
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert (inhouse--visible diff))
      (goto-char (point-min)))
    (inhouse-diff-mode)
    (setq inhouse--change change)
    (pop-to-buffer (current-buffer))))

(defun inhouse-accept ()
  "Make the change that is shown here."
  (interactive)
  (pcase-let ((`(,begin ,end ,old ,new)
               (or inhouse--change (user-error "No change is shown here"))))
    (let ((here (marker-buffer begin)) (shown (current-buffer)))
      (unless (buffer-live-p here) (user-error "The buffer is gone"))
      (with-current-buffer here
        (unless (string= old (buffer-substring-no-properties begin end))
          (user-error "These lines were changed meanwhile: ask again"))
        (save-restriction
          (widen)
          (replace-region-contents begin end (lambda () new))))
      (with-current-buffer shown (inhouse-reject))
      here)))

(defun inhouse-reject ()
  "Leave everything as it is, and close the diff."
  (interactive)
  (setq inhouse--change nil)
  (quit-window t))

;;;; Answers

(define-derived-mode inhouse-answer-mode special-mode "Inhouse"
  "An answer of inhouse."
  (setq-local word-wrap t)
  (setq truncate-lines nil))

(defun inhouse--show-answer (question text)
  "Show the TEXT that answers a QUESTION."
  (with-current-buffer (get-buffer-create "*inhouse answer*")
    (let ((inhibit-read-only t))
      (erase-buffer)
      (inhouse-answer-mode)
      (insert (propertize (concat "> " question "\n\n") 'face 'inhouse-prompt)
              (inhouse--visible text))
      (goto-char (point-min)))
    (display-buffer (current-buffer))))

;;;###autoload
(defun inhouse-ask (question &optional begin end)
  "Ask QUESTION about this project, and about the region from BEGIN to END."
  (interactive (cons (read-string "Ask: ")
                     (and (use-region-p) (list (region-beginning) (region-end)))))
  (when (string-blank-p question) (user-error "Say what you want to know"))
  (let ((piped (and begin (inhouse--plain (buffer-substring-no-properties begin end))))
        (default-directory (inhouse--root)))
    (inhouse--run (inhouse--program "ask" "--" question) piped
                  (lambda (text) (inhouse--show-answer question text)))))

;;;###autoload
(defun inhouse-explain (&optional begin end)
  "Explain the code at point, or from BEGIN to END."
  (interactive (and (use-region-p) (list (region-beginning) (region-end))))
  (let* ((file (or buffer-file-name (user-error "This buffer has no file")))
         (place (format "%s:%s" (file-relative-name file (inhouse--root))
                        (if begin (inhouse--lines begin end)
                          (line-number-at-pos nil t))))
         (text (inhouse--whole-text))
         (default-directory (inhouse--root)))
    (inhouse--run (inhouse--program "explain" "--" place) text
                  (lambda (answer) (inhouse--show-answer (concat "explain " place) answer)))))

(defvar inhouse-review-error-regexp-alist
  '(("^\\([^\n:]+\\):\\([0-9]+\\): bug: " 1 2 nil 2)
    ("^\\([^\n:]+\\):\\([0-9]+\\): risk: " 1 2 nil 1)
    ("^\\([^\n:]+\\):\\([0-9]+\\): style: " 1 2 nil 0))
  "How problems are written.")

(define-compilation-mode inhouse-review-mode "Inhouse-Review"
  "Problems of a change, as `next-error' visits them."
  (setq-local compilation-error-regexp-alist inhouse-review-error-regexp-alist)
  (setq-local compilation-error-regexp-alist-alist nil))

;;;###autoload
(defun inhouse-review (&optional range)
  "List problems of what differs from the last commit.
With a prefix argument ask for a RANGE of commits, such as main..HEAD."
  (interactive (list (and current-prefix-arg (read-string "Review (main..HEAD): "))))
  (let ((default-directory (inhouse--root))
        ;; A pipe: nothing is drawn over and over there.
        (process-connection-type nil)
        (words (inhouse--program "review" "--" (and range (not (string-blank-p range)) range))))
    (compilation-start (mapconcat #'shell-quote-argument words " ") #'inhouse-review-mode)))

;;;; Completion

(defvar inhouse-ghost-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "TAB") #'inhouse-ghost-accept)
    (define-key map (kbd "<tab>") #'inhouse-ghost-accept)
    (define-key map (kbd "M-f") #'inhouse-ghost-accept-word)
    (define-key map (kbd "C-e") #'inhouse-ghost-accept-line)
    (define-key map (kbd "M-n") #'inhouse-ghost-next)
    (define-key map (kbd "M-p") #'inhouse-ghost-previous)
    (define-key map (kbd "C-g") #'inhouse-ghost-dismiss)
    map)
  "Keys while code is proposed; every other key goes on as always.")

(defvar-local inhouse--ghost nil
  "The overlay that shows what is proposed.")

(defvar inhouse--ghost-maps (list (cons 'inhouse--ghost inhouse-ghost-map))
  "The keys of `inhouse-ghost-map' hold while `inhouse--ghost' is there.")

(defvar inhouse--completers nil
  "Processes of inhouse complete, by (FOLDER . COMMAND LINE).")

(defvar inhouse--request nil
  "The last request: a plist of :id :buffer :point :tick :process :said.")

(defvar inhouse--requests 0
  "How many completions were asked for.")

(defvar-local inhouse--completion-timer nil
  "What will ask for a completion when no key comes.")

(defun inhouse--completer (root)
  "The process that completes in ROOT, started when there is none."
  (let* ((program (inhouse--program "complete"))
         (key (cons root program))
         (known (cdr (assoc key inhouse--completers))))
    (if (process-live-p known) known
      (setq inhouse--completers (cl-remove key inhouse--completers :key #'car :test #'equal))
      (let* ((default-directory root)
             (process (inhouse--start
                       "inhouse complete" program #'inhouse--completed
                       (lambda (complaint)
                         (unless (string-empty-p complaint)
                           (inhouse--completion-stop complaint))))))
        (push (cons key process) inhouse--completers)
        process))))

(defun inhouse--other-files (root)
  "The texts of other buffers below ROOT, those that change least first."
  (let ((here (current-buffer)) found)
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (and (not (eq buffer here)) buffer-file-name (< (length found) 3)
                   (derived-mode-p 'prog-mode 'text-mode)
                   (string-prefix-p root buffer-file-name)
                   (< (buffer-size) (car inhouse-completion-characters)))
          (push `((file . ,(file-relative-name buffer-file-name root))
                  (text . ,(inhouse--whole-text)))
                found))))
    (vconcat found)))

;;;###autoload
(defun inhouse-complete ()
  "Propose code at point.
\\<inhouse-ghost-map>\\[inhouse-ghost-accept] takes it, \\[inhouse-ghost-accept-word] a word of it, \
\\[inhouse-ghost-accept-line] a line."
  (interactive)
  (barf-if-buffer-read-only)
  (inhouse--ask-completion t))

(defun inhouse--ask-completion (loud)
  "Ask for a completion at point; when LOUD say that there is none."
  (inhouse--ghost-hide)
  (let* ((root (inhouse--root))
         (process (inhouse--completer root))
         (id (cl-incf inhouse--requests))
         (limits inhouse-completion-characters))
    (save-restriction
      (widen)
      (inhouse--send
       process
       `((id . ,id)
         (prefix . ,(inhouse--plain (buffer-substring-no-properties
                                     (max (point-min) (- (point) (car limits))) (point))))
         (suffix . ,(inhouse--plain (buffer-substring-no-properties
                                     (point) (min (point-max) (+ (point) (cdr limits))))))
         (file . ,(if buffer-file-name (file-relative-name buffer-file-name root)
                    (buffer-name)))
         (files . ,(inhouse--other-files root))
         (n . ,inhouse-completion-candidates)
         (budget_ms . ,inhouse-completion-budget))))
    (setq inhouse--request (list :id id :buffer (current-buffer) :point (point)
                                 :tick (buffer-chars-modified-tick)
                                 :process process :said loud))
    (add-hook 'post-command-hook #'inhouse--after-command nil t)))

(defun inhouse--completed (answer)
  "Show the ANSWER to the last request, if point is still there."
  (let ((request inhouse--request))
    (when (and request (equal (alist-get 'id answer) (plist-get request :id)))
      (setq inhouse--request nil)
      (let ((texts (cl-remove-if #'string-empty-p (alist-get 'candidates answer)))
            (buffer (plist-get request :buffer))
            (problem (alist-get 'error answer)))
        (cond
         (problem
          (if (plist-get request :said) (message "inhouse: %s" (inhouse--visible problem))
            (inhouse--completion-stop (inhouse--visible problem))))
         ((not (buffer-live-p buffer)) nil)
         (t
          (with-current-buffer buffer
            (when (and (= (plist-get request :tick) (buffer-chars-modified-tick))
                       (= (plist-get request :point) (point)))
              (if texts (inhouse--ghost-show texts)
                (when (plist-get request :said)
                  (message "inhouse: the model has nothing to add here")))))))))))

(defun inhouse--forget-request ()
  "Tell the model that its answer is not wanted any more."
  (let ((request inhouse--request))
    (setq inhouse--request nil)
    (when request
      (inhouse--send (plist-get request :process) `((cancel . ,(plist-get request :id)))))))

(defun inhouse--ghost-show (texts)
  "Propose the first of TEXTS at point."
  (inhouse--ghost-hide)
  (add-to-list 'emulation-mode-map-alists 'inhouse--ghost-maps)
  (setq inhouse--ghost (make-overlay (point) (point) nil t nil))
  (overlay-put inhouse--ghost 'inhouse-texts texts)
  (inhouse--ghost-draw)
  (add-hook 'post-command-hook #'inhouse--after-command nil t))

(defun inhouse--ghost-draw ()
  "Show the first text of the ghost."
  (let ((text (propertize (inhouse--visible (car (overlay-get inhouse--ghost 'inhouse-texts)))
                          'face 'inhouse-ghost)))
    (put-text-property 0 1 'cursor t text)
    (overlay-put inhouse--ghost 'after-string text)))

(defun inhouse--ghost-hide ()
  "Take away what is proposed."
  (when inhouse--ghost
    (delete-overlay inhouse--ghost)
    (setq inhouse--ghost nil)))

(defun inhouse--ghost-text ()
  "What is proposed now."
  (car (overlay-get (or inhouse--ghost (user-error "Nothing is proposed here")) 'inhouse-texts)))

(defun inhouse--ghost-take (length)
  "Insert LENGTH characters of what is proposed, and go on proposing the rest."
  (let ((text (inhouse--ghost-text)))
    (inhouse--ghost-hide)
    (insert (substring text 0 length))
    (when (< length (length text))
      (inhouse--ghost-show (list (substring text length))))))

(defun inhouse-ghost-accept ()
  "Take what is proposed."
  (interactive)
  (inhouse--ghost-take (length (inhouse--ghost-text))))

(defun inhouse-ghost-accept-word ()
  "Take the next word of what is proposed."
  (interactive)
  (let ((text (inhouse--ghost-text)))
    (inhouse--ghost-take
     (if (string-match "\\`[ \t\n]*\\(?:[[:alnum:]_]+\\|[^[:alnum:]_ \t\n]+\\)" text)
         (match-end 0)
       (length text)))))

(defun inhouse-ghost-accept-line ()
  "Take what is proposed up to the end of a line."
  (interactive)
  (let ((text (inhouse--ghost-text)))
    (string-match "\\`\n?[^\n]*" text)
    (inhouse--ghost-take (match-end 0))))

(defun inhouse-ghost-next (&optional back)
  "Show the next candidate, or with BACK the one before."
  (interactive)
  (inhouse--ghost-text)
  (let ((texts (overlay-get inhouse--ghost 'inhouse-texts)))
    (overlay-put inhouse--ghost 'inhouse-texts
                 (if back (append (last texts) (butlast texts))
                   (append (cdr texts) (list (car texts)))))
    (inhouse--ghost-draw)))

(defun inhouse-ghost-previous ()
  "Show the candidate before."
  (interactive)
  (inhouse-ghost-next t))

(defun inhouse-ghost-dismiss ()
  "Take away what is proposed."
  (interactive)
  (inhouse--ghost-hide))

(defun inhouse--after-command ()
  "Keep what is proposed while it is typed; anything else takes it away."
  (when inhouse--ghost
    (let* ((at (overlay-start inhouse--ghost))
           (text (inhouse--ghost-text))
           (typed (and (>= (point) at) (buffer-substring-no-properties at (point)))))
      (cond
       ((equal typed "") nil)
       ((and typed (string-prefix-p typed text) (< (length typed) (length text)))
        (inhouse--ghost-show (list (substring text (length typed)))))
       (t (inhouse--ghost-hide)))))
  (when (and inhouse--request (eq (plist-get inhouse--request :buffer) (current-buffer))
             (not (and (= (plist-get inhouse--request :tick) (buffer-chars-modified-tick))
                       (= (plist-get inhouse--request :point) (point)))))
    (inhouse--forget-request))
  (unless (or inhouse--ghost inhouse--request)
    (remove-hook 'post-command-hook #'inhouse--after-command t)))

;;;###autoload
(define-minor-mode inhouse-completion-mode
  "Propose code at point when no key comes for a moment.
The moment is `inhouse-completion-delay'."
  :lighter " ih"
  (if inhouse-completion-mode
      (add-hook 'post-command-hook #'inhouse--completion-soon nil t)
    (remove-hook 'post-command-hook #'inhouse--completion-soon t)
    (inhouse--ghost-hide)))

(defun inhouse--completion-stop (problem)
  "Propose nothing more by itself, because of PROBLEM.
It would come with every key."
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when inhouse-completion-mode (inhouse-completion-mode -1))))
  (message "inhouse: %s" problem))

(defun inhouse--completion-soon ()
  "Ask for a completion once no key comes."
  (when inhouse--completion-timer (cancel-timer inhouse--completion-timer))
  (setq inhouse--completion-timer nil)
  (when (and (memq this-command '(self-insert-command newline newline-and-indent
                                  electric-newline-and-maybe-indent delete-backward-char
                                  backward-delete-char-untabify))
             (not inhouse--ghost))
    (setq inhouse--completion-timer
          (run-with-idle-timer inhouse-completion-delay nil #'inhouse--completion-now
                               (current-buffer) (point)))))

(defun inhouse--completion-now (buffer place)
  "Ask for a completion in BUFFER, if point is still at PLACE."
  (when (and (buffer-live-p buffer) (eq buffer (window-buffer)))
    (with-current-buffer buffer
      (when (and inhouse-completion-mode (= (point) place)
                 (not (or buffer-read-only (region-active-p) executing-kbd-macro
                          completion-in-region-mode)))
        (condition-case problem
            (inhouse--ask-completion nil)
          (user-error (inhouse--completion-stop (error-message-string problem))))))))

;;;; A conversation

(cl-defstruct (inhouse--chat (:constructor inhouse--make-chat))
  "One conversation: its process, what was asked of it, and how it stands."
  process root session mode modes options commands
  (state "starting") (count 0) (waiting (make-hash-table :test #'equal))
  (calls (make-hash-table :test #'equal)) questions queue attached end input speaking)

(defvar-local inhouse--chat nil
  "The conversation of this buffer.")

(defvar inhouse-chat-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "RET") #'inhouse-chat-send)
    (define-key map (kbd "C-j") #'newline)
    (define-key map (kbd "C-c C-c") #'inhouse-chat-send)
    (define-key map (kbd "C-c C-k") #'inhouse-chat-cancel)
    (define-key map (kbd "C-c C-a") #'inhouse-chat-answer)
    (define-key map (kbd "C-c C-m") #'inhouse-chat-set-mode)
    (define-key map (kbd "C-c C-o") #'inhouse-chat-set-option)
    (define-key map (kbd "C-c C-n") #'inhouse-chat-new)
    (define-key map (kbd "C-c C-r") #'inhouse-chat-resume)
    map)
  "Keys of `inhouse-chat-mode'.")

(define-derived-mode inhouse-chat-mode fundamental-mode "Inhouse-Chat"
  "A conversation with inhouse.
Write behind the prompt; \\[inhouse-chat-send] sends it.

\\{inhouse-chat-mode-map}"
  (setq-local word-wrap t)
  (setq truncate-lines nil)
  ;; What is told moves the text behind it, which undo cannot follow.
  (buffer-disable-undo)
  (setq mode-line-process '(:eval (inhouse--chat-status)))
  (add-hook 'completion-at-point-functions #'inhouse--chat-complete-command nil t)
  (add-hook 'kill-buffer-hook #'inhouse--chat-close nil t))

;;;###autoload
(defun inhouse-chat ()
  "Converse with inhouse about this project, in a buffer of its own."
  (interactive)
  (let* ((root (inhouse--root))
         (name (format "*inhouse: %s*" (file-name-nondirectory (directory-file-name root))))
         (buffer (cl-find-if (lambda (one)
                               (let ((chat (buffer-local-value 'inhouse--chat one)))
                                 (and chat (equal root (inhouse--chat-root chat)))))
                             (buffer-list))))
    (unless buffer
      (setq buffer (generate-new-buffer name))
      (with-current-buffer buffer
        (setq default-directory root)
        (inhouse-chat-mode)
        (setq inhouse--chat (inhouse--make-chat :root root :mode inhouse-chat-mode-id))
        (inhouse--chat-prompt)
        (condition-case problem
            (inhouse--chat-connect (lambda () (inhouse--chat-open)))
          (error (let (kill-buffer-query-functions) (kill-buffer buffer))
                 (signal (car problem) (cdr problem))))))
    (pop-to-buffer buffer)
    buffer))

(defun inhouse--chat-here ()
  "The conversation of this buffer."
  (or inhouse--chat (user-error "This is no conversation with inhouse")))

(defun inhouse--chat-status ()
  "The words of the mode line."
  (let ((chat inhouse--chat))
    (if chat (format " %s:%s" (inhouse--chat-mode chat) (inhouse--chat-state chat)) "")))

(defun inhouse--chat-set-state (state)
  "The conversation of this buffer is in STATE now."
  (setf (inhouse--chat-state inhouse--chat) state)
  (force-mode-line-update))

;; Text

(defun inhouse--chat-prompt ()
  "Write the prompt at the end of the buffer, with room for what is said."
  (let ((inhibit-read-only t) (chat inhouse--chat))
    (goto-char (point-max))
    (setf (inhouse--chat-end chat) (copy-marker (point) t))
    (insert (propertize "\n> " 'face 'inhouse-prompt 'read-only t 'field 'inhouse-prompt
                        'front-sticky t 'rear-nonsticky t))
    ;; What is inserted at the end stands before the prompt.
    (set-marker (inhouse--chat-end chat) (- (point) 3))
    (setf (inhouse--chat-input chat) (copy-marker (point)))))

(defun inhouse--chat-insert (text &optional face)
  "Put TEXT in FACE behind what was said, and return where it begins."
  (let* ((inhibit-read-only t)
         (place (marker-position (inhouse--chat-end inhouse--chat))))
    (save-excursion
      (goto-char place)
      (insert (propertize text 'face face 'read-only t 'front-sticky '(read-only)
                          'rear-nonsticky nil)))
    place))

(defun inhouse--chat-say (kind text)
  "Show a piece of TEXT of KIND; pieces of one kind are one passage."
  (unless (eq kind (inhouse--chat-speaking inhouse--chat))
    (inhouse--chat-break)
    (setf (inhouse--chat-speaking inhouse--chat) kind))
  (inhouse--chat-insert
   (inhouse--visible text)
   (pcase kind ('thought 'inhouse-thought) ('person 'inhouse-prompt) (_ nil))))

(defun inhouse--chat-break ()
  "Begin a new passage."
  (setf (inhouse--chat-speaking inhouse--chat) nil)
  (let ((place (inhouse--chat-end inhouse--chat)))
    (unless (= place (point-min))
      (inhouse--chat-insert
       (cond ((not (eq (char-before place) ?\n)) "\n\n")
             ((eq (char-before (1- place)) ?\n) "")
             (t "\n"))))))

(defun inhouse--chat-note (text)
  "Show TEXT of our own."
  (inhouse--chat-break)
  (inhouse--chat-insert (concat (inhouse--visible text) "\n") 'inhouse-thought))

;; The connection

(defun inhouse--chat-connect (then)
  "Start the agent of this conversation; THEN is called when it answers."
  (let* ((buffer (current-buffer))
         (default-directory (inhouse--chat-root inhouse--chat))
         (process
          (inhouse--start "inhouse acp" (inhouse--program "acp")
                          (lambda (message)
                            (when (buffer-live-p buffer)
                              (with-current-buffer buffer (inhouse--chat-hear message))))
                          (lambda (complaint)
                            (when (buffer-live-p buffer)
                              (with-current-buffer buffer
                                (inhouse--chat-ended complaint)))))))
    (setf (inhouse--chat-process inhouse--chat) process)
    (inhouse--chat-set-state "starting")
    (inhouse--chat-request
     "initialize"
     `((protocolVersion . 1)
       (clientCapabilities . ((fs . ((readTextFile . t) (writeTextFile . t)))
                              (terminal . :false)))
       (clientInfo . ((name . "emacs") (title . "Emacs") (version . ,emacs-version))))
     (lambda (_result) (funcall then)))))

(defun inhouse--chat-open ()
  "Open a new session."
  (inhouse--chat-request
   "session/new" `((cwd . ,(inhouse--chat-root inhouse--chat)) (mcpServers . []))
   (lambda (result)
     (inhouse--chat-opened (alist-get 'sessionId result) result))))

(defun inhouse--chat-opened (session result)
  "SESSION was opened, with this RESULT."
  (let* ((chat inhouse--chat)
         (modes (alist-get 'modes result))
         (current (alist-get 'currentModeId modes)))
    (setf (inhouse--chat-session chat) session
          (inhouse--chat-modes chat) (alist-get 'availableModes modes)
          (inhouse--chat-options chat) (alist-get 'configOptions result))
    (inhouse--chat-set-state "ready")
    (unless (equal current (inhouse--chat-mode chat))
      (inhouse--chat-request-mode (inhouse--chat-mode chat)))
    (inhouse--chat-send-next)))

(defun inhouse--chat-send-message (message)
  "Send MESSAGE, an alist, to the agent if it is still there."
  (inhouse--send (inhouse--chat-process inhouse--chat) (cons '(jsonrpc . "2.0") message)))

(defun inhouse--chat-request (method params then &optional else)
  "Ask METHOD with PARAMS; THEN takes the result, ELSE the error."
  (let ((id (cl-incf (inhouse--chat-count inhouse--chat))))
    (puthash id (cons then (or else #'inhouse--chat-failed)) (inhouse--chat-waiting inhouse--chat))
    (inhouse--chat-send-message `((id . ,id) (method . ,method) (params . ,params)))))

(defun inhouse--chat-failed (problem)
  "Show a PROBLEM of the agent."
  (let ((details (alist-get 'data problem)))
    (inhouse--chat-note
     (format "inhouse: %s" (or (and (consp details) (consp (car details))
                                    (alist-get 'details details))
                               (alist-get 'message problem))))
    (inhouse--chat-set-state (if (inhouse--chat-session inhouse--chat) "ready" "failed"))))

(defun inhouse--chat-hear (message)
  "Take a MESSAGE of the agent."
  (let ((method (alist-get 'method message)) (id (alist-get 'id message)))
    (cond
     ((and method id)
      (inhouse--chat-serve id method (alist-get 'params message)))
     (method (inhouse--chat-notice method (alist-get 'params message)))
     (id
      (let ((waiting (gethash id (inhouse--chat-waiting inhouse--chat))))
        (remhash id (inhouse--chat-waiting inhouse--chat))
        (when waiting
          (if (alist-get 'error message) (funcall (cdr waiting) (alist-get 'error message))
            (funcall (car waiting) (alist-get 'result message)))))))))

(defun inhouse--chat-ended (complaint)
  "The agent is gone, and left this COMPLAINT."
  (let ((chat inhouse--chat))
    (clrhash (inhouse--chat-waiting chat))
    (setf (inhouse--chat-questions chat) nil)
    (unless (member (inhouse--chat-state chat) '("closing"))
      (inhouse--chat-note (format "The agent ended%s. What you send next starts it again."
                                  (if (string-empty-p complaint) "" (concat ": " complaint)))))
    (inhouse--chat-set-state "ended")))

(defun inhouse--chat-close ()
  "Let the agent go: the buffer is killed."
  (when inhouse--chat
    (setf (inhouse--chat-state inhouse--chat) "closing")
    ;; It may have ended already, or do so right now.
    (ignore-errors (process-send-eof (inhouse--chat-process inhouse--chat)))))

;; What the agent asks

(defun inhouse--chat-serve (id method params)
  "Answer the request ID of METHOD with PARAMS."
  (condition-case problem
      (pcase method
        ("session/request_permission" (inhouse--chat-ask id params))
        ("fs/read_text_file"
         (inhouse--chat-reply id `((content . ,(inhouse--read-file params)))))
        ("fs/write_text_file" (inhouse--write-file params) (inhouse--chat-reply id :null))
        (_ (inhouse--chat-refuse id -32601 "There is no such method here")))
    (error (inhouse--chat-refuse id -32603 (error-message-string problem)))))

(defun inhouse--chat-reply (id result)
  "Answer the request ID with RESULT."
  (inhouse--chat-send-message `((id . ,id) (result . ,result))))

(defun inhouse--chat-refuse (id code text)
  "Answer the request ID with an error of CODE and TEXT."
  (inhouse--chat-send-message
   `((id . ,id) (error . ((code . ,code) (message . ,(inhouse--plain text)))))))

(defun inhouse--read-file (params)
  "The text of the file in PARAMS, as it stands in its buffer if it has one."
  (let* ((path (alist-get 'path params))
         (buffer (find-buffer-visiting path))
         (text (if buffer (with-current-buffer buffer (inhouse--whole-text))
                 (with-temp-buffer
                   (insert-file-contents path)
                   (inhouse--whole-text))))
         (line (alist-get 'line params))
         (limit (alist-get 'limit params)))
    (if (not (or line limit)) text
      (let ((lines (nthcdr (max 0 (1- (or line 1))) (split-string text "\n"))))
        (mapconcat #'identity (if limit (seq-take lines limit) lines) "\n")))))

(defun inhouse--write-file (params)
  "Save the text in PARAMS to its file, and to the buffer that visits it."
  (let* ((path (alist-get 'path params)) (text (alist-get 'content params))
         (buffer (find-buffer-visiting path)))
    (if (not buffer)
        (let ((coding-system-for-write 'utf-8-unix))
          (write-region text nil path nil 'quiet))
      (with-current-buffer buffer
        (save-restriction
          (widen)
          ;; The file may have been written already, which is no conflict.
          (set-visited-file-modtime)
          (let ((inhibit-read-only t))
            (replace-region-contents (point-min) (point-max) (lambda () text)))
          (let ((coding-system-for-write buffer-file-coding-system))
            (write-region nil nil buffer-file-name nil 'quiet))
          (set-visited-file-modtime)
          (set-buffer-modified-p nil))))))

(defun inhouse--chat-ask (id params)
  "Show the question ID with PARAMS, and wait for the person's answer."
  (let* ((call (alist-get 'toolCall params))
         (options (alist-get 'options params))
         (buffer (current-buffer))
         (inhibit-read-only t))
    ;; What is asked stands below: the call keeps its own title.
    (inhouse--chat-draw-call
     (if (gethash (alist-get 'toolCallId call) (inhouse--chat-calls inhouse--chat))
         (assq-delete-all 'title (copy-alist call))
       call))
    (inhouse--chat-break)
    (inhouse--chat-insert (inhouse--visible (or (alist-get 'title call) "May it?")) 'warning)
    (dolist (option options)
      (inhouse--chat-insert " ")
      (let ((place (inhouse--chat-insert
                    (format "[%s]" (inhouse--visible (alist-get 'name option)))))
            (choice (alist-get 'optionId option)))
        (make-text-button place (inhouse--chat-end inhouse--chat) 'follow-link t
                          'action (lambda (_button)
                                    (with-current-buffer buffer
                                      (inhouse--chat-choose id choice))))))
    (inhouse--chat-insert "\n")
    (setf (inhouse--chat-questions inhouse--chat)
          (append (inhouse--chat-questions inhouse--chat) (list (cons id options))))
    (inhouse--chat-set-state "asking")
    (message "inhouse asks in %s; %s answers" (buffer-name)
             (substitute-command-keys "\\<inhouse-chat-mode-map>\\[inhouse-chat-answer]"))))

(defun inhouse--chat-choose (id choice)
  "Answer the question ID with the option CHOICE, or with nothing."
  (let* ((chat inhouse--chat) (question (assoc id (inhouse--chat-questions chat))))
    (unless question (user-error "This was answered already"))
    (setf (inhouse--chat-questions chat) (delq question (inhouse--chat-questions chat)))
    (inhouse--chat-reply
     id `((outcome . ,(if choice `((outcome . "selected") (optionId . ,choice))
                        '((outcome . "cancelled"))))))
    (let ((option (cl-find choice (cdr question) :test #'equal
                           :key (lambda (one) (alist-get 'optionId one)))))
      (inhouse--chat-insert
       (format "→ %s\n" (inhouse--visible (or (alist-get 'name option) "not answered")))
       'inhouse-thought))
    (inhouse--chat-set-state (if (inhouse--chat-questions chat) "asking" "busy"))))

(defun inhouse-chat-answer (name)
  "Answer the question that waits with the option NAME."
  (interactive
   (let ((question (or (car (inhouse--chat-questions (inhouse--chat-here)))
                       (user-error "Nothing is asked"))))
     (list (completing-read "Answer: " (mapcar (lambda (one) (alist-get 'name one))
                                               (cdr question))
                            nil t))))
  (let* ((question (or (car (inhouse--chat-questions (inhouse--chat-here)))
                       (user-error "Nothing is asked")))
         (option (cl-find name (cdr question) :test #'equal
                          :key (lambda (one) (alist-get 'name one)))))
    (inhouse--chat-choose (car question)
                          (or (alist-get 'optionId option) (user-error "No such answer")))))

;; What the agent tells

(defun inhouse--chat-notice (method params)
  "Take the notification METHOD with PARAMS."
  (pcase method
    ("session/update" (inhouse--chat-update (alist-get 'update params)))
    ("_inhouse/prefill"
     (let ((done (alist-get 'done params)) (total (alist-get 'total params)))
       (when (and (integerp done) (integerp total) (> total 0))
         (inhouse--chat-set-state (if (< done total)
                                      (format "reading %d%%%%" (/ (* 100 done) total))
                                    "busy")))))))

(defun inhouse--chat-update (update)
  "Show an UPDATE of the session."
  (let ((text (alist-get 'text (alist-get 'content update))))
    (pcase (alist-get 'sessionUpdate update)
      ("agent_message_chunk" (when text (inhouse--chat-say 'agent text)))
      ("agent_thought_chunk" (when text (inhouse--chat-say 'thought text)))
      ("user_message_chunk" (when text (inhouse--chat-say 'person text)))
      ((or "tool_call" "tool_call_update") (inhouse--chat-draw-call update))
      ("plan" (inhouse--chat-draw-plan (alist-get 'entries update)))
      ("current_mode_update"
       (setf (inhouse--chat-mode inhouse--chat) (alist-get 'currentModeId update))
       (force-mode-line-update))
      ("config_option_update"
       (setf (inhouse--chat-options inhouse--chat) (alist-get 'configOptions update)))
      ("available_commands_update"
       (setf (inhouse--chat-commands inhouse--chat)
             (mapcar (lambda (one) (alist-get 'name one))
                     (alist-get 'availableCommands update)))))))

(defun inhouse--chat-draw-plan (entries)
  "Show the ENTRIES of a plan."
  (inhouse--chat-break)
  (dolist (entry entries)
    (inhouse--chat-insert
     (format "%s %s\n"
             (pcase (alist-get 'status entry) ("completed" "✓") ("in_progress" "▸") (_ "·"))
             (inhouse--visible (alist-get 'content entry))))))

(defun inhouse--chat-draw-call (update)
  "Show a call, or an UPDATE of one at its place."
  (let* ((id (alist-get 'toolCallId update))
         (calls (inhouse--chat-calls inhouse--chat))
         (known (gethash id calls))
         (fields (cadr known))
         (inhibit-read-only t))
    (dolist (key '(title status content))
      (when (alist-get key update)
        (setf (alist-get key fields) (alist-get key update))))
    (let ((text (inhouse--call-text fields)))
      (if known
          (save-excursion
            (pcase-let ((`(,begin . ,end) (car known)))
              (goto-char begin)
              (delete-region begin end)
              (insert text)
              (set-marker end (point))
              (puthash id (list (car known) fields) calls)))
        (inhouse--chat-break)
        (let ((begin (copy-marker (inhouse--chat-insert text))))
          ;; The line break behind it is no part of it: what follows begins elsewhere.
          (puthash id (list (cons begin (copy-marker (inhouse--chat-end inhouse--chat))) fields)
                   calls)
          (inhouse--chat-insert "\n"))))))

(defun inhouse--call-text (fields)
  "A call of these FIELDS, as it is shown."
  (let* ((mark (pcase (alist-get 'status fields)
                 ("completed" "✓") ("failed" "✗") ("pending" "?") (_ "●")))
         (head (propertize (concat mark " " (inhouse--visible (or (alist-get 'title fields) "")))
                           'face 'inhouse-call))
         (shown (mapconcat #'inhouse--content-text (alist-get 'content fields) "")))
    (propertize (string-trim-right (concat head "\n" shown)) 'read-only t
                'front-sticky '(read-only) 'rear-nonsticky nil)))

(defun inhouse--content-text (content)
  "One CONTENT of a call: a diff, or the first lines of a text."
  (pcase (alist-get 'type content)
    ("diff"
     (inhouse--diff-text (alist-get 'path content) (alist-get 'oldText content)
                         (alist-get 'newText content)))
    ("content"
     (let* ((text (or (alist-get 'text (alist-get 'content content)) ""))
            (lines (split-string (string-trim-right (inhouse--visible text)) "\n")))
       (concat (mapconcat (lambda (line) (concat "  " line)) (seq-take lines 8) "\n") "\n"
               (and (nthcdr 8 lines) (format "  … %d more lines\n" (- (length lines) 8))))))
    (_ "")))

(defun inhouse--diff-text (path old new)
  "The lines of OLD and NEW, texts of the file PATH, that differ."
  (let ((before (and old (split-string (string-remove-suffix "\n" old) "\n")))
        (after (split-string (string-remove-suffix "\n" (or new "")) "\n"))
        (line (lambda (sign face)
                (lambda (text)
                  (propertize (concat "  " sign (inhouse--visible text) "\n") 'face face)))))
    (while (and before after (equal (car before) (car after)))
      (pop before) (pop after))
    (let ((before (nreverse before)) (after (nreverse after)))
      (while (and before after (equal (car before) (car after)))
        (pop before) (pop after))
      (concat "  " (inhouse--visible (or path "")) "\n"
              (mapconcat (funcall line "-" 'diff-removed) (nreverse before) "")
              (mapconcat (funcall line "+" 'diff-added) (nreverse after) "")))))

;; What the person does

(defun inhouse-chat-send ()
  "Send what stands behind the prompt."
  (interactive)
  (let* ((chat (inhouse--chat-here))
         (text (string-trim (inhouse--plain (buffer-substring-no-properties
                                             (inhouse--chat-input chat) (point-max))))))
    (if (string-empty-p text)
        (message "inhouse: write behind the prompt what you want")
      (delete-region (inhouse--chat-input chat) (point-max))
      (setf (inhouse--chat-queue chat) (append (inhouse--chat-queue chat) (list text)))
      (cond
       ((equal (inhouse--chat-state chat) "ready") (inhouse--chat-send-next))
       ((member (inhouse--chat-state chat) '("ended" "failed")) (inhouse--chat-restart))
       (t (message "inhouse: this is said when the turn has ended"))))))

(defun inhouse--chat-restart ()
  "Start the agent again, and go on with the session."
  (let ((session (inhouse--chat-session inhouse--chat)))
    (if (process-live-p (inhouse--chat-process inhouse--chat)) (inhouse--chat-open)
      (inhouse--chat-connect
       (lambda ()
         (if (not session) (inhouse--chat-open)
           (inhouse--chat-request
            "session/resume"
            `((cwd . ,(inhouse--chat-root inhouse--chat)) (sessionId . ,session)
              (mcpServers . []))
            (lambda (result) (inhouse--chat-opened session result))
            (lambda (_problem) (inhouse--chat-open)))))))))

(defun inhouse--chat-send-next ()
  "Send what waits, if anything."
  (let* ((chat inhouse--chat) (text (pop (inhouse--chat-queue chat))))
    (when text
      (let ((blocks (cons `((type . "text") (text . ,text)) (inhouse--chat-attached chat))))
        (setf (inhouse--chat-attached chat) nil)
        (setq header-line-format nil)
        (inhouse--chat-say 'person (concat "> " text))
        (inhouse--chat-break)
        (inhouse--chat-set-state "busy")
        (inhouse--chat-request
         "session/prompt"
         `((sessionId . ,(inhouse--chat-session chat)) (prompt . ,(vconcat blocks)))
         #'inhouse--chat-turn-ended
         (lambda (problem)
           (inhouse--chat-failed problem)
           (inhouse--chat-send-next)))))))

(defun inhouse--chat-turn-ended (result)
  "A turn has ended, with RESULT."
  (pcase (alist-get 'stopReason result)
    ("end_turn" nil)
    ("cancelled" (inhouse--chat-note "The turn was ended."))
    (reason (inhouse--chat-note (format "The turn ended: %s." reason))))
  (inhouse--chat-break)
  (inhouse--revert-buffers (inhouse--chat-root inhouse--chat))
  (inhouse--chat-set-state "ready")
  (inhouse--chat-send-next))

(defun inhouse--revert-buffers (root)
  "Read files below ROOT again that have changed and are not being edited."
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when (and buffer-file-name (string-prefix-p root buffer-file-name)
                 (not (buffer-modified-p)) (not (verify-visited-file-modtime))
                 (file-readable-p buffer-file-name))
        (revert-buffer t t t)))))

(defun inhouse-chat-cancel ()
  "End the running turn; what waits stays unsaid."
  (interactive)
  (let ((chat (inhouse--chat-here)))
    (unless (inhouse--chat-session chat) (user-error "No session is open"))
    (setf (inhouse--chat-queue chat) nil)
    (inhouse--chat-send-message
     `((method . "session/cancel") (params . ((sessionId . ,(inhouse--chat-session chat))))))
    (while (inhouse--chat-questions chat)
      (inhouse--chat-choose (caar (inhouse--chat-questions chat)) nil))))

(defun inhouse-chat-set-mode (mode)
  "Switch to MODE, which decides what is done unasked."
  (interactive
   (list (completing-read "Mode: "
                          (mapcar (lambda (one) (alist-get 'id one))
                                  (inhouse--chat-modes (inhouse--chat-here)))
                          nil t)))
  (inhouse--chat-here)
  (inhouse--chat-request-mode mode))

(defun inhouse--chat-request-mode (mode)
  "Ask the agent for MODE."
  (inhouse--chat-request
   "session/set_mode"
   `((sessionId . ,(inhouse--chat-session inhouse--chat)) (modeId . ,mode))
   (lambda (_result)
     (setf (inhouse--chat-mode inhouse--chat) mode)
     (force-mode-line-update))))

(defun inhouse-chat-set-option (option value)
  "Set an OPTION of the session, such as the model, to VALUE."
  (interactive
   (let* ((options (inhouse--chat-options (inhouse--chat-here)))
          (option (completing-read "Option: " (mapcar (lambda (one) (alist-get 'id one)) options)
                                   nil t))
          (found (cl-find option options :test #'equal :key (lambda (one) (alist-get 'id one)))))
     (list option
           (completing-read (format "%s: " option)
                            (mapcar (lambda (one) (alist-get 'value one))
                                    (alist-get 'options found))
                            nil t))))
  (let ((chat (inhouse--chat-here)))
    (inhouse--chat-request
     "session/set_config_option"
     `((sessionId . ,(inhouse--chat-session chat)) (configId . ,option) (value . ,value))
     (lambda (result)
       (setf (inhouse--chat-options chat) (alist-get 'configOptions result))
       (inhouse--chat-note (format "%s: %s" option value))))))

(defun inhouse-chat-new ()
  "Begin a new session in this buffer; the old one is kept."
  (interactive)
  (inhouse--chat-idle)
  (inhouse--chat-note "A new session.")
  (inhouse--chat-leave)
  (inhouse--chat-open))

(defun inhouse--chat-leave ()
  "Let go of the session, so that it can go on elsewhere."
  (inhouse--chat-request
   "session/close" `((sessionId . ,(inhouse--chat-session inhouse--chat))) #'ignore #'ignore))

(defun inhouse--chat-idle ()
  "The conversation of this buffer, in which no turn may run."
  (let ((chat (inhouse--chat-here)))
    (unless (equal (inhouse--chat-state chat) "ready")
      (user-error "Wait for the end of the turn, or end it"))
    chat))

(defun inhouse-chat-resume ()
  "Go on with an earlier session of this project."
  (interactive)
  (let* ((chat (inhouse--chat-idle)) (buffer (current-buffer)))
    (inhouse--chat-request
     "session/list" `((cwd . ,(inhouse--chat-root chat)))
     (lambda (result)
       ;; Nothing may be asked of a person while a process is listened to.
       (run-at-time 0 nil #'inhouse--chat-pick buffer (alist-get 'sessions result))))))

(defun inhouse--chat-pick (buffer sessions)
  "Ask which of SESSIONS shall go on in BUFFER."
  (with-current-buffer buffer
    (let* ((named (mapcar (lambda (one)
                            (cons (format "%s  %s" (or (alist-get 'title one) "")
                                          (alist-get 'sessionId one))
                                  (alist-get 'sessionId one)))
                          sessions))
           (chosen (cdr (assoc (completing-read "Session: " named nil t) named))))
      (when chosen (inhouse--chat-load chosen)))))

(defun inhouse--chat-load (session)
  "Go on with SESSION, and show what was said in it."
  (inhouse--chat-note (format "Session %s:" session))
  (inhouse--chat-leave)
  (inhouse--chat-set-state "busy")
  (inhouse--chat-request
   "session/load"
   `((cwd . ,(inhouse--chat-root inhouse--chat)) (sessionId . ,session) (mcpServers . []))
   (lambda (result)
     (inhouse--chat-break)
     (inhouse--chat-opened session result))))

;;;###autoload
(defun inhouse-chat-attach (begin end)
  "Keep the region from BEGIN to END for what is said next."
  (interactive "r")
  (let* ((file (or buffer-file-name (user-error "This buffer has no file")))
         (lines (inhouse--lines begin end))
         (uri (concat "file://" (mapconcat #'url-hexify-string (split-string file "/") "/")
                      "#L" (replace-regexp-in-string "-" ":" lines)))
         (text (inhouse--plain (buffer-substring-no-properties begin end)))
         (buffer (save-window-excursion (inhouse-chat))))
    (with-current-buffer buffer
      (setf (inhouse--chat-attached inhouse--chat)
            (append (inhouse--chat-attached inhouse--chat)
                    (list `((type . "resource") (resource . ((uri . ,uri) (text . ,text)))))))
      (setq header-line-format
            (format " %d passage(s) go along with what you say next"
                    (length (inhouse--chat-attached inhouse--chat)))))
    (pop-to-buffer buffer)))

(defun inhouse--chat-complete-command ()
  "Complete the names of commands behind the prompt."
  (let ((begin (and inhouse--chat (inhouse--chat-input inhouse--chat))))
    (when (and begin (eq (char-after begin) ?/) (> (point) begin)
               (not (string-match-p "[ \n]" (buffer-substring begin (point)))))
      (list (1+ begin) (point) (inhouse--chat-commands inhouse--chat)))))

;;;; The minor mode

(defvar inhouse-command-map
  (let ((map (make-sparse-keymap)))
    (define-key map "e" #'inhouse-edit-region)
    (define-key map "a" #'inhouse-ask)
    (define-key map "x" #'inhouse-explain)
    (define-key map "r" #'inhouse-review)
    (define-key map "c" #'inhouse-chat)
    (define-key map "s" #'inhouse-chat-attach)
    (define-key map " " #'inhouse-complete)
    (define-key map "k" #'inhouse-cancel)
    map)
  "The commands of inhouse.")

(defvar inhouse-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c *") inhouse-command-map)
    map)
  "Keys of `inhouse-mode'.")

;;;###autoload
(define-minor-mode inhouse-mode
  "The commands of inhouse behind one prefix.

\\{inhouse-mode-map}"
  :global t)

(provide 'inhouse)
;;; inhouse.el ends here
