"""Proofreading of gradients that were derived by hand."""

from autograd.audit.auditing import audit
from autograd.audit.proofreading import Proofreading
from autograd.audit.report import AuditReport
from autograd.audit.suspect import Diagnosis

__all__ = ["AuditReport", "Diagnosis", "Proofreading", "audit"]
