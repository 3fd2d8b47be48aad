"""Where power is measured: one small file a source, which alone imports its library."""
