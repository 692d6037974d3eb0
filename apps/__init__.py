"""The faces of the workbench: command line, pages, live drawing and finished figures."""
