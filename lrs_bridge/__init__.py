"""xAPI: the statements we write, the ones we read, and the store that keeps them.

| room            | what is there                                                         |
|-----------------|-----------------------------------------------------------------------|
| `vocabulary`    | verbs, activity types and extensions, each with the profile it is from |
| `identity`      | who a statement is about, as one comparable string                     |
| `statement`     | a stored statement; sameness as the specification defines it           |
| `validation`    | what a statement must be                                               |
| `profile`       | our xAPI profile; what holds statements to it, and it to its specification |
| `compose`       | our own statements, one function per template of our profile           |
| `lrs`           | the embedded learning record store                                     |
| `client`        | delivery to a remote one                                               |
| `polling`       | reading what a remote one keeps, page by page                          |
| `completion`    | that somebody completed something, whoever says so                     |
| `sources`       | what other systems say of completions, read into that                  |
| `testing`       | statements for tests and demonstrations                                |

Knows neither the tool nor LTI, and could be published alone.
Specification: https://github.com/adlnet/xAPI-Spec/tree/1.0.3
"""
