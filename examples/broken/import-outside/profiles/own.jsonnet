import '../../../../../../../../etc/passwd'
