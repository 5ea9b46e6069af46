"""The subjects of the audit: simulators and models behind one interface, broken ones included."""
